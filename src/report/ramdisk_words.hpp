#pragma once

/// How the text and the JSON of images and their ramdisks call things.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/initramfs/listing.hpp"

namespace reproduce::report {

/// "NULs", "cpio", "gzip" and so on.
[[nodiscard]] std::string words(const initramfs::Stretch& stretch);

/// Where and why the kernel stops, in one line that may be shown.
[[nodiscard]] std::string words(const initramfs::Stop& stop,
                                const initramfs::JoinedRamdisks& ramdisks);

/// The letter that `ls -l` has for a type; `?` for none.
[[nodiscard]] char type_letter(std::uint32_t mode) noexcept;

/// "regular file" and so on; "unknown" for none.
[[nodiscard]] std::string_view type_name(std::uint32_t mode) noexcept;

/// What a reader should know about an entry: replaced by a later one, passed over by the
/// kernel, a name that leads upwards or starts at the root, a type that is none.
[[nodiscard]] std::vector<std::string> oddities(const initramfs::ListedEntry& entry);

}  // namespace reproduce::report

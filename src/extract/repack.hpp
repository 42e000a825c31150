#pragma once

/// Whether a folder on the disk, packed, is the ramdisk that it came from.

#include <filesystem>
#include <optional>
#include <string>

#include "reproduce/base/random_access.hpp"
#include "reproduce/build/ramdisk.hpp"
#include "reproduce/initramfs/joined.hpp"
#include "reproduce/layers/attributes.hpp"

namespace reproduce::extract {

/// Lists the folder as a build would, and packs it in this form. Nothing when that gives the
/// bytes of `range` in `image`; else why it does not, in words. Ends at the first difference.
[[nodiscard]] std::optional<std::string> repack_fault(const std::filesystem::path& folder,
                                                      const layers::Attributes& attributes,
                                                      const build::RamdiskForm& form,
                                                      const RandomAccess& image,
                                                      const initramfs::Range& range);

}  // namespace reproduce::extract

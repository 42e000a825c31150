#pragma once

/// From the sections of an image to what its kernel unpacks.

#include <optional>
#include <vector>

#include "reproduce/base/random_access.hpp"
#include "reproduce/initramfs/joined.hpp"
#include "reproduce/inspect/inspect.hpp"

namespace reproduce::inspect {

/// Where the ramdisks lie, in the order in which the kernel gets them. Of a malformed image:
/// by the first reading that has any.
[[nodiscard]] std::vector<initramfs::Range> ramdisk_ranges(const ImageInspection& image);

/// The same without reading the payloads, where the header's table and the headers of all
/// sections agree; nothing otherwise. Whether the image is well-formed is not known then.
[[nodiscard]] std::optional<std::vector<initramfs::Range>> stated_ramdisk_ranges(
    const RandomAccess& file);

}  // namespace reproduce::inspect

#pragma once

/// From the sections of an image to what its kernel unpacks.

#include <vector>

#include "reproduce/initramfs/joined.hpp"
#include "reproduce/inspect/inspect.hpp"

namespace reproduce::inspect {

/// Where the ramdisks lie, in the order in which the kernel gets them. Of a malformed image:
/// by the first reading that has any.
[[nodiscard]] std::vector<initramfs::Range> ramdisk_ranges(const ImageInspection& image);

}  // namespace reproduce::inspect

#pragma once

/// From the sections of an image to what its kernel is.

#include <optional>

#include "reproduce/base/random_access.hpp"
#include "reproduce/inspect/inspect.hpp"
#include "reproduce/kernel/boot_image.hpp"

namespace reproduce::inspect {

/// What the kernel of an image is; nothing when no reading finds one. Of a malformed image: by
/// the first reading that has one. Unpacks it (kernel/boot_image.hpp).
[[nodiscard]] std::optional<kernel::BootImage> inspect_kernel(const RandomAccess& file,
                                                              const ImageInspection& image);

}  // namespace reproduce::inspect

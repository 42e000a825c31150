#pragma once

/// The 548 bytes in front, and what lies around the sections.

#include <vector>

#include "reproduce/diff/difference.hpp"
#include "reproduce/inspect/inspect.hpp"

namespace reproduce::diff {

/// The reading by which an image is compared: the only one of a well-formed image; of a
/// malformed one that of AWS's tools if it states registers, else the one that does, else the one
/// that knows more sections. Null when the file is too short for a header.
[[nodiscard]] const inspect::Reading* chosen_reading(const inspect::ImageInspection& image);

/// Fields that differ. The table and the checksum follow from the sections; they are told
/// where they do not.
[[nodiscard]] std::vector<Difference> header_differences(const inspect::ImageInspection& before,
                                                         const inspect::ImageInspection& after);

/// Bytes that belong to nothing, and the order of the sections.
[[nodiscard]] std::vector<Difference> layout_differences(const inspect::ImageInspection& before,
                                                         const inspect::ImageInspection& after);

/// "kernel", "ramdisk 1", "section of type 6".
[[nodiscard]] std::string label_of(const inspect::SeenSection& section);

}  // namespace reproduce::diff

#pragma once

/// In what two images differ, and which registers that moves.

#include <cstdint>
#include <functional>
#include <string>

#include "reproduce/base/random_access.hpp"
#include "reproduce/diff/difference.hpp"
#include "reproduce/inspect/inspect.hpp"

namespace reproduce::diff {

/// An image that is to be compared.
struct Image {
  std::string name;
  const RandomAccess& bytes;
  const inspect::ImageInspection& inspection;
};

/// What both images are, inspected at the same time on threads of their own.
struct InspectedPair {
  inspect::ImageInspection before;
  inspect::ImageInspection after;
};

/// `progress`, which may be empty, is told how many bytes of both are done, from either thread
/// but never from two at a time.
[[nodiscard]] InspectedPair inspect_both(const RandomAccess& before, const RandomAccess& after,
                                         const std::function<void(std::uint64_t)>& progress = {});

/// Compares sections first, byte for byte; what lies in ramdisks is looked at only where their
/// bytes differ. Reads each image up to four times; memory as in diff/tree.hpp. Malformed
/// images are compared as one reader sees them, which Side::reading names. Throws
/// Error{environment} only.
[[nodiscard]] Comparison compare_images(const Image& before, const Image& after);

}  // namespace reproduce::diff

#pragma once

/// The usual causes of images that should be the same and are not.

#include <vector>

#include "reproduce/diff/difference.hpp"

namespace reproduce::diff {

/// Those that the differences found so far bear the marks of.
[[nodiscard]] std::vector<Culprit> find_culprits(const Comparison& comparison);

}  // namespace reproduce::diff

#pragma once

/// Bytes that went from the end of one section to the beginning of the next, or back.

#include <vector>

#include "reproduce/diff/images.hpp"

namespace reproduce::diff {

/// Neighbours whose bytes are the same end to end while each differs. The registers that cover
/// both do not move.
[[nodiscard]] std::vector<Difference> moved_borders(const Image& before, const Image& after);

}  // namespace reproduce::diff

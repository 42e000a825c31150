#pragma once

/// Why the registers moved, in the sentences that people read first.

#include "reproduce/diff/difference.hpp"

namespace reproduce::diff {

/// All else of `comparison`, of two images, is there.
[[nodiscard]] std::vector<std::string> make_headline(const Comparison& comparison);

}  // namespace reproduce::diff

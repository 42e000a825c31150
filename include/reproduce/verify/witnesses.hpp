#pragma once

/// What rebuilders say of a reference, as checks of a verdict.

#include <vector>

#include "reproduce/rebuilders/judge.hpp"
#include "reproduce/verify/reference.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::verify {

/// What statements must be of to speak of this reference.
[[nodiscard]] rebuilders::Subject subject_of(const Reference& reference);

/// First "rebuilders", which fails unless enough agree and nobody disagrees; then a "statement" for
/// each, in their order: a warning where it does not count.
[[nodiscard]] std::vector<Check> check_rebuilders(const rebuilders::Outcome& outcome);

}  // namespace reproduce::verify

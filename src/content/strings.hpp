#pragma once

/// The texts within binary files.

#include <string_view>
#include <vector>

#include "comparison.hpp"
#include "recognise.hpp"

namespace reproduce::content {

/// Runs of printable ASCII of at least `shortest` characters, as strings(1) finds them; they are
/// views into `bytes`. At most 20,000.
[[nodiscard]] std::vector<std::string_view> strings_in(ByteView bytes, std::size_t shortest = 5);

/// The same part of two files.
struct Searched {
  ByteView before;
  ByteView after;
};

/// Appends the strings that only one of the two has, below the heading `where` when there are any,
/// and gives them to `recogniser`. Whether there were any.
bool add_strings(Difference& difference, std::string_view where, const Searched& searched,
                 const Limits& limits, PairRecogniser& recogniser);

}  // namespace reproduce::content

#pragma once

/// Bytes of no known form -> how many differ, where, and a window of hex digits.

#include <cstdint>

#include "comparison.hpp"

namespace reproduce::content {

/// Two stretches, compared place by place.
struct Count {
  std::uint64_t bytes = 0;   ///< that differ, of those that both have
  std::uint64_t ranges = 0;  ///< stretches of such bytes; eight equal bytes end one
  std::uint64_t first = not_known;
  std::uint64_t compared = 0;  ///< less than the shorter one when the allowance ended
};

/// Where a stretch of a file is.
struct Range {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

[[nodiscard]] Count count_differences(const Sides& sides, Range before, Range after,
                                      Allowance& allowance);

/// Appends a few rows of 16 bytes around offset `at` of each file, after a heading. Rows that are
/// equal stand once.
void add_hex_window(Difference& difference, const Sides& sides, std::uint64_t before_at,
                    std::uint64_t after_at, Allowance& allowance);

}  // namespace reproduce::content

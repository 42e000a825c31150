#pragma once

/// Integer arithmetic on sizes that an attacker may have chosen.

#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "reproduce/base/error.hpp"

namespace reproduce {

/// a + b, or Error{malformed} naming `what` when 64 bits do not hold it.
[[nodiscard]] inline std::uint64_t checked_add(std::uint64_t a, std::uint64_t b,
                                               std::string_view what) {
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum))
    throw Error(ErrorKind::malformed, std::string(what) + " does not fit in 64 bits");
  return sum;
}

/// a * b, or Error{malformed} naming `what` when 64 bits do not hold it.
[[nodiscard]] inline std::uint64_t checked_mul(std::uint64_t a, std::uint64_t b,
                                               std::string_view what) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product))
    throw Error(ErrorKind::malformed, std::string(what) + " does not fit in 64 bits");
  return product;
}

/// `value` as To, or Error{malformed} naming `what` when To does not hold it.
template <std::integral To, std::integral From>
[[nodiscard]] To narrow(From value, std::string_view what) {
  if (!std::in_range<To>(value))
    throw Error(ErrorKind::malformed, std::string(what) + " is out of range",
                {.expected = "at most " + std::to_string(std::numeric_limits<To>::max()),
                 .got = std::to_string(value)});
  return static_cast<To>(value);
}

}  // namespace reproduce

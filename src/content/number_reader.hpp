#pragma once

/// Numbers in either order of their bytes; ByteReader's have the highest first.

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string_view>

#include "reproduce/base/byte_reader.hpp"

namespace reproduce::content {

/// Walks bytes as ByteReader does, with its errors, in either order of a number's bytes.
class NumberReader {
 public:
  explicit NumberReader(ByteView bytes, bool lowest_first = true) noexcept
      : in_(bytes), lowest_first_(lowest_first) {}

  template <std::unsigned_integral T>
  [[nodiscard]] T read(std::string_view field) {
    if (!lowest_first_) return in_.read<T>(field);
    const ByteView bytes = in_.take(sizeof(T), field);
    T value = 0;
    for (std::size_t i = sizeof(T); i > 0; --i)
      value = static_cast<T>((std::uint64_t{value} << 8) | bytes[i - 1]);
    return value;
  }

  [[nodiscard]] ByteView take(std::uint64_t count, std::string_view field) {
    return in_.take(count, field);
  }
  [[nodiscard]] std::size_t remaining() const noexcept { return in_.remaining(); }
  [[nodiscard]] std::size_t offset() const noexcept {
    return static_cast<std::size_t>(in_.offset());
  }

 private:
  ByteReader in_;
  bool lowest_first_;
};

}  // namespace reproduce::content

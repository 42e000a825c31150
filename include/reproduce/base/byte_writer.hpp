#pragma once

/// Writes big-endian fields, the mirror of ByteReader.

#include <concepts>
#include <cstdint>

#include "reproduce/base/bytes.hpp"

namespace reproduce {

/// Appends to a buffer that it owns until bytes() && hands it over.
class ByteWriter {
 public:
  template <std::unsigned_integral T>
  void write(T value) {
    for (unsigned shift = 8 * sizeof(T); shift != 0;) {
      shift -= 8;
      bytes_.push_back(static_cast<std::uint8_t>(std::uint64_t{value} >> shift));
    }
  }

  void write(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void write_zeros(std::size_t count) { bytes_.resize(bytes_.size() + count); }

  [[nodiscard]] ByteView view() const noexcept { return bytes_; }
  [[nodiscard]] Bytes bytes() && noexcept { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace reproduce

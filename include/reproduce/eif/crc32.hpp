#pragma once

/// CRC-32/ISO-HDLC (zlib's crc32) at the speed of carry-less multiplication.

#include <cstdint>

#include "reproduce/base/bytes.hpp"

namespace reproduce::eif {

/// A running checksum. ISA-L's crc32_gzip_refl picks the fastest code for the
/// processor; zlib's crc32_combine joins what was computed apart.
class Crc32 {
 public:
  void update(ByteView bytes) noexcept;

  /// As if the `size` bytes with the checksum `crc` had been given to update().
  void append(std::uint32_t crc, std::uint64_t size) noexcept;

  [[nodiscard]] std::uint32_t value() const noexcept { return value_; }

 private:
  std::uint32_t value_ = 0;
};

}  // namespace reproduce::eif

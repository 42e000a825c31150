#pragma once

/// Small images for tests, written byte by byte here so that no product code
/// is on both sides of a check. The checksum comes from zlib.

#include <cstdint>
#include <string>
#include <vector>

#include "reproduce/base/bytes.hpp"

namespace reproduce::test {

struct ToySection {
  std::uint16_t type = 0;
  std::string payload{};
  std::uint16_t flags = 0;
};

/// `{"ImageName":"toy",...}`, valid.
[[nodiscard]] std::string toy_metadata();

/// kernel, cmdline, metadata, two ramdisks.
[[nodiscard]] std::vector<ToySection> toy_sections();

struct ToyImage {
  std::uint16_t version = 4;
  std::uint16_t flags = 0;
  std::vector<ToySection> sections = toy_sections();

  [[nodiscard]] Bytes bytes() const;
};

/// Puts the right checksum into an image that was changed by hand.
void mend_crc(Bytes& image);

/// Overwrites a big-endian number of `size` bytes.
void poke(Bytes& image, std::size_t offset, std::uint64_t value, std::size_t size);

}  // namespace reproduce::test

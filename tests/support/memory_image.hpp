#pragma once

/// An output file in memory.

#include <algorithm>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/stream.hpp"

namespace reproduce::test {

class MemoryImage final : public PatchableSink {
 public:
  void write(ByteView bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  void write_at(std::uint64_t offset, ByteView bytes) override {
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  }

  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace reproduce::test

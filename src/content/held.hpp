#pragma once

/// Bytes that are held in memory, out of the allowance for them.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "comparison.hpp"

#include "reproduce/base/stream.hpp"

namespace reproduce::content {

/// What came out of a compressed file or an archive. Gives its bytes back to the allowance.
class Held {
 public:
  /// Reads `source` to its end, or as far as the limits go. Errors come through when nothing could
  /// be read before, and otherwise end the reading.
  Held(Source& source, Allowance& allowance);
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  Held(Held&&) = delete;
  Held& operator=(Held&&) = delete;
  ~Held() { allowance_.held += taken_; }

  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }
  /// Whether the source had no more.
  [[nodiscard]] bool whole() const noexcept { return whole_; }

 private:
  Allowance& allowance_;
  std::uint64_t taken_ = 0;
  Bytes bytes_;
  bool whole_ = false;
};

/// A file from front to back, out of the allowance for work; it ends where that does.
class MeteredSource final : public Source {
 public:
  MeteredSource(const RandomAccess& file, Allowance& allowance) noexcept
      : file_(file), allowance_(allowance) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

 private:
  const RandomAccess& file_;
  Allowance& allowance_;
  std::uint64_t position_ = 0;
};

}  // namespace reproduce::content

#pragma once

/// Bytes of two files, compared without being held.

#include <cstdint>
#include <optional>
#include <vector>

#include "reproduce/base/random_access.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/diff/difference.hpp"

namespace reproduce::diff {

/// A stretch of other bytes, which must outlive it; it ends earlier where they do.
class Slice final : public RandomAccess {
 public:
  Slice(const RandomAccess& bytes, std::uint64_t offset, std::uint64_t size) noexcept;

  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  [[nodiscard]] std::size_t read_at(std::uint64_t offset,
                                    std::span<std::uint8_t> buffer) const override;

 private:
  const RandomAccess& bytes_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

/// Every range in which the two differ; differences less than a block apart are one range.
[[nodiscard]] std::vector<DifferingRange> differing_ranges(const RandomAccess& before,
                                                           const RandomAccess& after);

/// The first byte in which the two differ, which may be the end of one of them.
[[nodiscard]] std::optional<std::uint64_t> first_difference(const RandomAccess& before,
                                                            const RandomAccess& after);

/// The same of streams. Reads both up to there.
[[nodiscard]] std::optional<std::uint64_t> first_difference(Source& before, Source& after);

/// The first `limit` bytes of `bytes`, or all.
[[nodiscard]] Bytes read_front(const RandomAccess& bytes, std::size_t limit);

}  // namespace reproduce::diff

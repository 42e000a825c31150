#pragma once

/// A compressed stream in blocks, for decoders that say afterwards how much they used.

#include <array>
#include <cstdint>
#include <span>

#include "reproduce/base/stream.hpp"

namespace reproduce::compression {

/// The raw stream in blocks, each of which lives until the next but one. Blocks
/// are full as long as there is more.
class Feed final : public Source {
 public:
  /// `raw` must outlive the feed. Reads the first block.
  explicit Feed(Source& raw);

  /// The start of the stream, for its magic. Changes nothing.
  [[nodiscard]] ByteView front() const { return latest(); }

  /// The next block, the first included; empty at the end.
  [[nodiscard]] ByteView next();

  /// How many bytes next() gave.
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

  /// Instead of next(): the stream as it is.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

  /// Holds the last `unread` bytes that next() gave, and all that follow, to be
  /// padding. `unread` lies within the latest two blocks.
  void finish(std::uint64_t unread);

 private:
  void advance();
  [[nodiscard]] ByteView latest() const {
    return ByteView(blocks_[current_]).first(used_[current_]);
  }

  Source& raw_;
  std::array<Bytes, 2> blocks_;
  std::array<std::size_t, 2> used_{};
  std::size_t current_ = 0;
  std::size_t position_ = 0;
  std::uint64_t taken_ = 0;
  bool first_given_ = false;
};

}  // namespace reproduce::compression

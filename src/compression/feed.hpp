#pragma once

/// A compressed stream in blocks, for decoders that say afterwards how much they used.

#include <array>
#include <cstdint>
#include <span>

#include "reproduce/base/stream.hpp"
#include "reproduce/compression/decompress.hpp"

namespace reproduce::compression {

/// The raw stream in blocks, each of which lives until the next but one. Blocks
/// are full as long as there is more.
class Feed final : public Source {
 public:
  /// `raw` must outlive the feed. Reads the first block.
  Feed(Source& raw, Extent extent);

  /// Whether decoders stop behind the first of several streams.
  [[nodiscard]] bool ends_with_first() const noexcept { return extent_ == Extent::first_stream; }

  /// The start of the stream, for its magic. Changes nothing.
  [[nodiscard]] ByteView front() const { return latest(); }

  /// The next block, the first included; empty at the end.
  [[nodiscard]] ByteView next();

  /// How many bytes next() gave.
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

  /// Instead of next(): the stream as it is.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

  /// The last `unread` bytes that next() gave were not used. Holds them, and all
  /// that follow, to be padding, unless only the first stream is wanted. `unread`
  /// lies within the latest two blocks.
  void finish(std::uint64_t unread);

  /// Once finished: how many bytes the compressed data had.
  [[nodiscard]] std::uint64_t used() const noexcept { return used_by_decoder_; }

 private:
  void advance();
  [[nodiscard]] ByteView latest() const {
    return ByteView(blocks_[current_]).first(used_[current_]);
  }

  Source& raw_;
  Extent extent_;
  std::array<Bytes, 2> blocks_;
  std::array<std::size_t, 2> used_{};
  std::size_t current_ = 0;
  std::size_t position_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t used_by_decoder_ = 0;
  bool first_given_ = false;
};

}  // namespace reproduce::compression

#pragma once

/// Many small writes as few large ones.

#include <cstdint>
#include <span>

#include "reproduce/base/stream.hpp"

namespace reproduce {

/// Passes on what is written in pieces of chunk_size. Call flush() at the end:
/// the destructor does not, since a write may fail.
class BufferedSink final : public Sink {
 public:
  /// `out` must outlive the sink.
  explicit BufferedSink(Sink& out) : out_(out), buffer_(chunk_size) {}

  void write(ByteView bytes) override;

  /// Room to read into, so that bytes on their way are copied once; never empty.
  [[nodiscard]] std::span<std::uint8_t> free_space() { return std::span(buffer_).subspan(used_); }

  /// Takes over the first `count` bytes of free_space().
  void advance(std::size_t count);

  void flush();

  /// How many bytes were written so far, those not yet passed on included.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

 private:
  Sink& out_;
  Bytes buffer_;
  std::size_t used_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace reproduce

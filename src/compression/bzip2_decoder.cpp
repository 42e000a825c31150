#include <algorithm>

#include "decoder.hpp"
#include <bzlib.h>

namespace reproduce::compression {
namespace {

class Bzip2Decoder final : public Source {
 public:
  explicit Bzip2Decoder(Feed& feed) : feed_(feed) { begin(); }
  Bzip2Decoder(const Bzip2Decoder&) = delete;
  Bzip2Decoder& operator=(const Bzip2Decoder&) = delete;
  Bzip2Decoder(Bzip2Decoder&&) = delete;
  Bzip2Decoder& operator=(Bzip2Decoder&&) = delete;
  ~Bzip2Decoder() override { (void)::BZ2_bzDecompressEnd(&state_); }

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const auto room = static_cast<unsigned>(std::min<std::size_t>(buffer.size(), chunk_size));
    // libbz2 knows no unsigned bytes; these are the caller's own.
    state_.next_out = reinterpret_cast<char*>(buffer.data());
    state_.avail_out = room;
    while (state_.avail_out == room) {
      if (between_streams_ && feed_.ends_with_first()) return end();
      if (state_.avail_in == 0) refill();
      if (between_streams_ && !starts_stream()) return end();
      if (state_.avail_in == 0) throw_damaged(Compression::bzip2, "the end");
      step();
    }
    return room - state_.avail_out;
  }

 private:
  void begin() {
    constexpr int quiet = 0;
    constexpr int fast = 0;  // and not small
    if (::BZ2_bzDecompressInit(&state_, quiet, fast) != BZ_OK) throw_no_memory_to_decompress();
  }

  void refill() {
    const ByteView block = feed_.next();
    // libbz2's next_in is not const, and is not written to.
    state_.next_in = const_cast<char*>(reinterpret_cast<const char*>(block.data()));
    state_.avail_in = static_cast<unsigned>(block.size());
  }

  /// A stream follows the one that ended. Its first byte tells it from padding.
  [[nodiscard]] bool starts_stream() const { return state_.avail_in != 0 && *state_.next_in != 0; }

  [[nodiscard]] std::size_t end() {
    feed_.finish(state_.avail_in);
    return 0;
  }

  void step() {
    if (between_streams_) restart();
    const int status = ::BZ2_bzDecompress(&state_);
    if (status == BZ_MEM_ERROR) throw_no_memory_to_decompress();
    if (status == BZ_STREAM_END)
      between_streams_ = true;
    else if (status != BZ_OK)
      throw_damaged(Compression::bzip2, status == BZ_DATA_ERROR_MAGIC
                                            ? "something that is no bzip2 stream"
                                            : "data that does not fit together");
  }

  /// libbz2 reads one stream with one state.
  void restart() {
    const bz_stream ended = state_;
    (void)::BZ2_bzDecompressEnd(&state_);
    state_ = {};
    begin();
    state_.next_in = ended.next_in;
    state_.avail_in = ended.avail_in;
    state_.next_out = ended.next_out;
    state_.avail_out = ended.avail_out;
    between_streams_ = false;
  }

  Feed& feed_;
  bz_stream state_{};
  bool between_streams_ = false;
};

}  // namespace

std::unique_ptr<Source> make_bzip2_decoder(Feed& feed) {
  return std::make_unique<Bzip2Decoder>(feed);
}

}  // namespace reproduce::compression

#include <algorithm>

#include "decoder.hpp"
#include <zlib.h>

namespace reproduce::compression {
namespace {

/// gzip by zlib itself: libarchive checks neither its sums nor its sizes.
class GzipDecoder final : public Source {
 public:
  explicit GzipDecoder(Feed& feed) : feed_(feed) {
    constexpr int gzip_only = 16 + MAX_WBITS;
    if (::inflateInit2(&state_, gzip_only) != Z_OK) throw_no_memory_to_decompress();
  }
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;
  GzipDecoder(GzipDecoder&&) = delete;
  GzipDecoder& operator=(GzipDecoder&&) = delete;
  ~GzipDecoder() override { (void)::inflateEnd(&state_); }

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    state_.next_out = buffer.data();
    state_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), chunk_size));
    const uInt room = state_.avail_out;
    while (state_.avail_out == room) {
      if (between_members_ && feed_.ends_with_first()) {
        feed_.finish(state_.avail_in);
        return 0;
      }
      if (state_.avail_in == 0) refill();
      if (between_members_ && !starts_member()) {
        feed_.finish(state_.avail_in);
        return 0;
      }
      if (state_.avail_in == 0) throw_damaged(Compression::gzip, "the end");
      step();
    }
    return room - state_.avail_out;
  }

 private:
  void refill() {
    const ByteView block = feed_.next();
    // zlib's next_in is not const without ZLIB_CONST, and is not written to.
    state_.next_in = const_cast<Bytef*>(block.data());
    state_.avail_in = static_cast<uInt>(block.size());
  }

  /// A member follows the one that ended. Its first byte tells it from padding.
  [[nodiscard]] bool starts_member() const { return state_.avail_in != 0 && *state_.next_in != 0; }

  void step() {
    between_members_ = false;
    const int status = ::inflate(&state_, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw_no_memory_to_decompress();
    if (status == Z_STREAM_END) {
      between_members_ = true;
      (void)::inflateReset(&state_);
    } else if (status != Z_OK) {
      throw_damaged(Compression::gzip, state_.msg == nullptr ? "no sense" : state_.msg);
    }
  }

  Feed& feed_;
  z_stream state_{};
  bool between_members_ = false;
};

}  // namespace

std::unique_ptr<Source> make_gzip_decoder(Feed& feed) {
  return std::make_unique<GzipDecoder>(feed);
}

}  // namespace reproduce::compression

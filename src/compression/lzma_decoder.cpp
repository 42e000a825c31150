#include <cstdint>
#include <string>

#include "decoder.hpp"
#include <lzma.h>

#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

/// As for xz, whose decoder of the same algorithm needs no less.
constexpr std::uint64_t memory_limit = largest_xz_dictionary + (std::uint64_t{2} << 20);

/// What was there before xz: a header of 13 bytes, and the coder's bytes up to the size that it
/// states or to a mark. No sum: damage that makes sense gives other bytes.
class LzmaDecoder final : public Source {
 public:
  explicit LzmaDecoder(Feed& feed) : feed_(feed) {
    if (::lzma_alone_decoder(&state_, memory_limit) != LZMA_OK) throw_no_memory_to_decompress();
  }
  LzmaDecoder(const LzmaDecoder&) = delete;
  LzmaDecoder& operator=(const LzmaDecoder&) = delete;
  LzmaDecoder(LzmaDecoder&&) = delete;
  LzmaDecoder& operator=(LzmaDecoder&&) = delete;
  ~LzmaDecoder() override { ::lzma_end(&state_); }

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    state_.next_out = buffer.data();
    state_.avail_out = buffer.size();
    while (!ended_ && state_.avail_out == buffer.size()) {
      if (state_.avail_in == 0 && !fed_) refill();
      ended_ = step();
      if (ended_) feed_.finish(state_.avail_in);
    }
    return buffer.size() - state_.avail_out;
  }

 private:
  void refill() {
    const ByteView block = feed_.next();
    state_.next_in = block.data();
    state_.avail_in = block.size();
    fed_ = block.empty();
  }

  /// Whether that was the end.
  [[nodiscard]] bool step() {
    const lzma_ret status = ::lzma_code(&state_, fed_ ? LZMA_FINISH : LZMA_RUN);
    if (status == LZMA_OK) return false;
    if (status == LZMA_STREAM_END) return true;
    if (status == LZMA_MEM_ERROR) throw_no_memory_to_decompress();
    if (status == LZMA_MEMLIMIT_ERROR)
      throw Error(ErrorKind::malformed, "the lzma data asks for too large a dictionary",
                  {.expected = "at most " + std::to_string(largest_xz_dictionary >> 20) +
                               " MiB, as lzma -9",
                   .got = std::to_string(::lzma_memusage(&state_) >> 20) + " MiB",
                   .hint = "compress it again with `lzma -9` or less"});
    throw_damaged(Compression::lzma, reason_of(status));
  }

  [[nodiscard]] static std::string reason_of(lzma_ret status) {
    if (status == LZMA_BUF_ERROR) return "the end";
    if (status == LZMA_FORMAT_ERROR) return "something that is no lzma stream";
    return "data that does not fit together";
  }

  Feed& feed_;
  lzma_stream state_ = LZMA_STREAM_INIT;
  bool fed_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Source> make_lzma_decoder(Feed& feed) {
  return std::make_unique<LzmaDecoder>(feed);
}

}  // namespace reproduce::compression

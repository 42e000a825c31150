#include <memory>

#include "decoder.hpp"
#include <zstd.h>
#include <zstd_errors.h>

#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

class ZstdDecoder final : public Source {
 public:
  explicit ZstdDecoder(Feed& feed) : feed_(feed), state_(::ZSTD_createDCtx()) {
    if (!state_ || ::ZSTD_isError(::ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax,
                                                           largest_zstd_window_log)) != 0)
      throw_no_memory_to_decompress();
  }

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    ZSTD_outBuffer output{buffer.data(), buffer.size(), 0};
    while (output.pos == 0) {
      if (between_frames_ && feed_.ends_with_first()) {
        feed_.finish(input_.size - input_.pos);
        return 0;
      }
      if (input_.pos == input_.size && !holds_back_ && !refill()) {
        if (between_frames_) {
          feed_.finish(0);
          return 0;
        }
        throw_damaged(Compression::zstd, "the end");
      }
      step(output);
    }
    return output.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* state) const noexcept { (void)::ZSTD_freeDCtx(state); }
  };

  [[nodiscard]] bool refill() {
    const ByteView block = feed_.next();
    input_ = {block.data(), block.size(), 0};
    return !block.empty();
  }

  void step(ZSTD_outBuffer& output) {
    const std::size_t status = ::ZSTD_decompressStream(state_.get(), &output, &input_);
    if (::ZSTD_isError(status) != 0) fail(status);
    between_frames_ = status == 0;
    // A full buffer may leave output inside libzstd, which needs no input to come out.
    holds_back_ = status != 0 && output.pos == output.size;
  }

  [[noreturn]] static void fail(std::size_t status) {
    const ZSTD_ErrorCode code = ::ZSTD_getErrorCode(status);
    if (code == ZSTD_error_memory_allocation) throw_no_memory_to_decompress();
    if (code == ZSTD_error_frameParameter_windowTooLarge)
      throw Error(ErrorKind::malformed, "the zstd data asks for too large a window",
                  {.expected = "at most 128 MiB, as zstd --long",
                   .hint = "compress it again with a window of at most --long=27"});
    throw_damaged(Compression::zstd, ::ZSTD_getErrorName(status));
  }

  Feed& feed_;
  std::unique_ptr<ZSTD_DCtx, Free> state_;
  ZSTD_inBuffer input_{};
  bool between_frames_ = false;
  bool holds_back_ = false;
};

}  // namespace

std::unique_ptr<Source> make_zstd_decoder(Feed& feed) {
  return std::make_unique<ZstdDecoder>(feed);
}

}  // namespace reproduce::compression

#include <memory>

#include "decoder.hpp"
#include <lz4frame.h>

namespace reproduce::compression {
namespace {

/// The frame that `lz4` writes now.
class Lz4FrameDecoder final : public Source {
 public:
  explicit Lz4FrameDecoder(Feed& feed) : feed_(feed) {
    LZ4F_dctx* state = nullptr;
    if (::LZ4F_isError(::LZ4F_createDecompressionContext(&state, LZ4F_VERSION)) != 0)
      throw_no_memory_to_decompress();
    state_.reset(state);
  }

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    std::size_t made = 0;
    while (made == 0) {
      if (between_frames_ && feed_.ends_with_first()) return end();
      if (input_.empty() && !holds_back_) input_ = feed_.next();
      if (input_.empty() && !holds_back_) {
        if (between_frames_) return end();
        throw_damaged(Compression::lz4_frame, "the end");
      }
      made = step(buffer);
    }
    return made;
  }

 private:
  struct Free {
    void operator()(LZ4F_dctx* state) const noexcept {
      (void)::LZ4F_freeDecompressionContext(state);
    }
  };

  [[nodiscard]] std::size_t end() {
    feed_.finish(input_.size());
    return 0;
  }

  [[nodiscard]] std::size_t step(std::span<std::uint8_t> buffer) {
    std::size_t made = buffer.size();
    std::size_t used = input_.size();
    const std::size_t status =
        ::LZ4F_decompress(state_.get(), buffer.data(), &made, input_.data(), &used, nullptr);
    if (::LZ4F_isError(status) != 0)
      throw_damaged(Compression::lz4_frame, ::LZ4F_getErrorName(status));
    input_ = input_.subspan(used);
    between_frames_ = status == 0;
    // A full buffer may leave output inside liblz4, which needs no input to come out.
    holds_back_ = status != 0 && made == buffer.size();
    return made;
  }

  Feed& feed_;
  std::unique_ptr<LZ4F_dctx, Free> state_;
  ByteView input_;
  bool between_frames_ = false;
  bool holds_back_ = false;
};

}  // namespace

std::unique_ptr<Source> make_lz4_frame_decoder(Feed& feed) {
  return std::make_unique<Lz4FrameDecoder>(feed);
}

}  // namespace reproduce::compression

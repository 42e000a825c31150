#include <cstdint>

#include "encoder.hpp"
#include <lzma.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

/// xz's own default: a dictionary of 8 MiB, so 9 MiB to unpack.
constexpr std::uint32_t preset = 6;
/// Twice the dictionary. xz takes three times, for twice the memory.
constexpr std::uint64_t block_size = std::uint64_t{16} << 20;

class XzEncoder final : public Encoder {
 public:
  XzEncoder(unsigned threads, Sink& out) : out_(out), buffer_(chunk_size) {
    // The encoder for several threads even for one: the other one makes no blocks
    // and leaves the sizes out of their headers.
    lzma_mt options{};
    options.threads = threads;
    options.block_size = block_size;
    options.preset = preset;
    options.check = LZMA_CHECK_CRC32;
    require(::lzma_stream_encoder_mt(&state_, &options));
  }
  XzEncoder(const XzEncoder&) = delete;
  XzEncoder& operator=(const XzEncoder&) = delete;
  XzEncoder(XzEncoder&&) = delete;
  XzEncoder& operator=(XzEncoder&&) = delete;
  ~XzEncoder() override { ::lzma_end(&state_); }

  void write(ByteView bytes) override {
    state_.next_in = bytes.data();
    state_.avail_in = bytes.size();
    while (state_.avail_in != 0) (void)step(LZMA_RUN);
  }

  void finish() override {
    state_.next_in = nullptr;
    state_.avail_in = 0;
    while (step(LZMA_FINISH) != LZMA_STREAM_END) continue;
  }

 private:
  static void require(lzma_ret status) {
    if (status == LZMA_OK || status == LZMA_STREAM_END) return;
    if (status == LZMA_MEM_ERROR) throw_no_memory_to_compress();
    throw Error(ErrorKind::bug, "liblzma does not compress",
                {.got = "lzma_ret " + std::to_string(status)});
  }

  lzma_ret step(lzma_action action) {
    state_.next_out = buffer_.data();
    state_.avail_out = buffer_.size();
    const lzma_ret status = ::lzma_code(&state_, action);
    require(status);
    const std::size_t made = buffer_.size() - state_.avail_out;
    if (made != 0) out_.write(ByteView(buffer_).first(made));
    return status;
  }

  Sink& out_;
  lzma_stream state_ = LZMA_STREAM_INIT;
  Bytes buffer_;
};

}  // namespace

std::unique_ptr<Encoder> make_xz_encoder(unsigned threads, Sink& out) {
  return std::make_unique<XzEncoder>(threads, out);
}

std::string xz_version() {
  return std::string("xz/1 liblzma ") + ::lzma_version_string() + " preset " +
         std::to_string(preset) + " block " + std::to_string(block_size);
}

}  // namespace reproduce::compression

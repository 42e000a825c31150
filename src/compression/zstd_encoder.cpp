#include <cstdint>
#include <memory>

#include "encoder.hpp"
#include <zstd.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

/// Everything that decides about bytes is set, also where it is a default now:
/// defaults depend on the level, and on the size when that is known.
constexpr int level = 9;        ///< beyond it, 1 % costs twice the time
constexpr int window_log = 23;  ///< 8 MiB; RFC 8878, section 3.1.1.1.2, asks decoders for that
constexpr int job_size = 16 << 20;
constexpr int overlap_log = 8;  ///< jobs look back half a window: 4 MiB

class ZstdEncoder final : public Encoder {
 public:
  ZstdEncoder(unsigned threads, Sink& out)
      : out_(out), state_(::ZSTD_createCCtx()), buffer_(::ZSTD_CStreamOutSize()) {
    if (!state_) throw_no_memory_to_compress();
    // Without workers libzstd has another way to cut its input, which gives other
    // bytes. So there is always at least one.
    set(ZSTD_c_nbWorkers, static_cast<int>(threads));
    set(ZSTD_c_compressionLevel, level);
    set(ZSTD_c_windowLog, window_log);
    set(ZSTD_c_jobSize, job_size);
    set(ZSTD_c_overlapLog, overlap_log);
    set(ZSTD_c_checksumFlag, 1);
    // The size is not known when the header is written, except when it is 0.
    set(ZSTD_c_contentSizeFlag, 0);
  }

  void write(ByteView bytes) override {
    if (bytes.empty()) return;
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    while (input.pos < input.size) (void)step(input, ZSTD_e_continue);
  }

  void finish() override {
    ZSTD_inBuffer nothing{nullptr, 0, 0};
    while (step(nothing, ZSTD_e_end) != 0) continue;
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* state) const noexcept { (void)::ZSTD_freeCCtx(state); }
  };

  void set(ZSTD_cParameter parameter, int value) {
    const std::size_t status = ::ZSTD_CCtx_setParameter(state_.get(), parameter, value);
    if (::ZSTD_isError(status) == 0) return;
    throw Error(ErrorKind::environment, "this libzstd cannot compress as it must",
                {.got = ::ZSTD_getErrorName(status),
                 .hint = "use a libzstd that is built with threads, as distributions' are"});
  }

  /// How much is left to flush, at least.
  std::size_t step(ZSTD_inBuffer& input, ZSTD_EndDirective directive) {
    ZSTD_outBuffer output{buffer_.data(), buffer_.size(), 0};
    const std::size_t left = ::ZSTD_compressStream2(state_.get(), &output, &input, directive);
    // All parameters are fine by now: memory and threads are what it may lack.
    if (::ZSTD_isError(left) != 0)
      throw Error(ErrorKind::environment, "libzstd cannot go on compressing",
                  {.got = ::ZSTD_getErrorName(left), .hint = "use fewer threads"});
    if (output.pos != 0) out_.write(ByteView(buffer_).first(output.pos));
    return left;
  }

  Sink& out_;
  std::unique_ptr<ZSTD_CCtx, Free> state_;
  Bytes buffer_;
};

}  // namespace

std::unique_ptr<Encoder> make_zstd_encoder(unsigned threads, Sink& out) {
  return std::make_unique<ZstdEncoder>(threads, out);
}

std::string zstd_version() {
  return std::string("zstd/1 libzstd ") + ::ZSTD_versionString() + " level " +
         std::to_string(level) + " window " + std::to_string(1 << window_log) + " job " +
         std::to_string(job_size) + " overlap " + std::to_string(overlap_log);
}

}  // namespace reproduce::compression

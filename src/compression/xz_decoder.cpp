#include <cstdint>
#include <string>

#include "decoder.hpp"
#include <lzma.h>

#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

/// The dictionary's share is largest_xz_dictionary; the state of a decoder beside
/// it is 40 KiB or so for LZMA2 and less for the filters before it.
constexpr std::uint64_t memory_limit = largest_xz_dictionary + (std::uint64_t{2} << 20);

/// Both formats that liblzma reads. Lzma is what there was before xz: a header of 13 bytes, and the
/// coder's bytes up to the size that it states or to a mark. It has no sum, so damage that makes
/// sense gives other bytes.
class LiblzmaDecoder final : public Source {
 public:
  /// `format`: xz or lzma.
  LiblzmaDecoder(Feed& feed, Compression format) : feed_(feed), format_(format) {
    if (begin() != LZMA_OK) throw_no_memory_to_decompress();
  }
  LiblzmaDecoder(const LiblzmaDecoder&) = delete;
  LiblzmaDecoder& operator=(const LiblzmaDecoder&) = delete;
  LiblzmaDecoder(LiblzmaDecoder&&) = delete;
  LiblzmaDecoder& operator=(LiblzmaDecoder&&) = delete;
  ~LiblzmaDecoder() override { ::lzma_end(&state_); }

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
  [[nodiscard]] lzma_ret begin() {
    if (format_ == Compression::lzma) return ::lzma_alone_decoder(&state_, memory_limit);
    // Several streams and padding are the format's own; liblzma knows their rules.
    // Sums that it does not know it would pass over, if it were not told to tell.
    const std::uint32_t flags =
        LZMA_TELL_UNSUPPORTED_CHECK | (feed_.ends_with_first() ? 0U : LZMA_CONCATENATED);
    return ::lzma_stream_decoder(&state_, memory_limit, flags);
  }

  void refill() {
    const ByteView block = feed_.next();
    state_.next_in = block.data();
    state_.avail_in = block.size();
    fed_ = block.empty();
  }

  /// Whether that was the end. That of xz may come only when all is fed.
  [[nodiscard]] bool step() {
    const lzma_ret status = ::lzma_code(&state_, fed_ ? LZMA_FINISH : LZMA_RUN);
    if (status == LZMA_OK) return false;
    if (status == LZMA_STREAM_END) return true;
    if (status == LZMA_MEM_ERROR) throw_no_memory_to_decompress();
    const std::string name(name_of(format_));
    if (status == LZMA_MEMLIMIT_ERROR)
      throw Error(ErrorKind::malformed, "the " + name + " data asks for too large a dictionary",
                  {.expected = "at most " + std::to_string(largest_xz_dictionary >> 20) +
                               " MiB, as " + name + " -9",
                   .got = std::to_string(::lzma_memusage(&state_) >> 20) + " MiB",
                   .hint = "compress it again with `" + name + " -9` or less"});
    throw_damaged(format_, reason_of(status, name));
  }

  [[nodiscard]] static std::string reason_of(lzma_ret status, const std::string& name) {
    if (status == LZMA_BUF_ERROR) return "the end";
    if (status == LZMA_FORMAT_ERROR) return "something that is no " + name + " stream";
    if (status == LZMA_OPTIONS_ERROR) return "options that liblzma does not know";
    if (status == LZMA_UNSUPPORTED_CHECK) return "sums of an unknown kind";
    return "data that does not fit together";
  }

  Feed& feed_;
  Compression format_;
  lzma_stream state_ = LZMA_STREAM_INIT;
  bool fed_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Source> make_xz_decoder(Feed& feed) {
  return std::make_unique<LiblzmaDecoder>(feed, Compression::xz);
}

std::unique_ptr<Source> make_lzma_decoder(Feed& feed) {
  return std::make_unique<LiblzmaDecoder>(feed, Compression::lzma);
}

}  // namespace reproduce::compression

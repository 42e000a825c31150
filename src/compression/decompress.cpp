#include "reproduce/compression/decompress.hpp"

#include <string>

#include "decoder.hpp"
#include "feed.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::compression {
namespace {

/// Magics, from RFC 1952 (gzip, with its one method), RFC 8878 (zstd), the .xz
/// format 1.1, bzip2's own header and lz4's doc/lz4_Frame_format.md. lzma has none: these are the
/// two bytes that lib/decompress.c of the Linux kernel goes by.
struct Magic {
  std::string_view bytes;
  Compression compression = Compression::none;
  Repertoire since = Repertoire::files;
};
using namespace std::string_view_literals;
constexpr Magic magics[] = {
    {"\x1f\x8b\x08"sv, Compression::gzip},
    {"BZh"sv, Compression::bzip2},
    {"\xfd\x37zXZ\0"sv, Compression::xz},
    {"\x28\xb5\x2f\xfd"sv, Compression::zstd},
    {"\x5d\x00"sv, Compression::lzma, Repertoire::ramdisks},
    {"\x02\x21\x4c\x18"sv, Compression::lz4, Repertoire::ramdisks},
    {"\x04\x22\x4d\x18"sv, Compression::lz4_frame, Repertoire::kernels},
};

std::unique_ptr<Source> make_decoder(Compression compression, Feed& feed) {
  switch (compression) {
    case Compression::none:
      break;
    case Compression::gzip:
      return make_gzip_decoder(feed);
    case Compression::bzip2:
      return make_bzip2_decoder(feed);
    case Compression::xz:
      return make_xz_decoder(feed);
    case Compression::zstd:
      return make_zstd_decoder(feed);
    case Compression::lzma:
      return make_lzma_decoder(feed);
    case Compression::lz4:
      return make_lz4_decoder(feed);
    case Compression::lz4_frame:
      return make_lz4_frame_decoder(feed);
  }
  return nullptr;
}

}  // namespace

void throw_damaged(Compression compression, const std::string& reason) {
  throw Error(ErrorKind::malformed,
              "the " + std::string(name_of(compression)) + " data is damaged or cut short",
              {.got = reason});
}

void throw_no_memory_to_decompress() {
  throw Error(ErrorKind::environment, "not enough memory to decompress");
}

std::string_view name_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::gzip:
      return "gzip";
    case Compression::bzip2:
      return "bzip2";
    case Compression::xz:
      return "xz";
    case Compression::zstd:
      return "zstd";
    case Compression::lzma:
      return "lzma";
    case Compression::lz4:
      return "lz4";
    case Compression::lz4_frame:
      return "lz4 frame";
  }
  return "none";
}

Compression detect_compression(ByteView bytes, Repertoire repertoire) noexcept {
  for (const Magic& magic : magics)
    if (magic.since <= repertoire && as_text(bytes).starts_with(magic.bytes))
      return magic.compression;
  return Compression::none;
}

Decompressor::Decompressor(Source& raw, Extent extent, Repertoire repertoire)
    : feed_(std::make_unique<Feed>(raw, extent)),
      compression_(detect_compression(feed_->front(), repertoire)),
      plain_(make_decoder(compression_, *feed_)) {}

Decompressor::~Decompressor() = default;

std::uint64_t Decompressor::used() const noexcept {
  return feed_->used();
}

std::size_t Decompressor::read(std::span<std::uint8_t> buffer) {
  if (!plain_) return feed_->read(buffer);
  if (buffer.empty() || ended_) return 0;
  const std::size_t count = plain_->read(buffer);
  ended_ = count == 0;
  given_ += count;
  for (const ExpansionLimit& limit : expansion_limits)
    if (given_ > limit.free && given_ / limit.times > feed_->taken())
      throw Error(
          ErrorKind::malformed, "the compressed data expands beyond all measure",
          {.expected = "at most " + std::to_string(limit.times) + " times its size",
           .got = std::to_string(given_) + " bytes from " + std::to_string(feed_->taken())});
  return count;
}

}  // namespace reproduce::compression

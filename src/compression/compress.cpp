#include "reproduce/compression/compress.hpp"

#include <algorithm>

#include "encoder.hpp"

#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

std::unique_ptr<Encoder> make_encoder(Format format, unsigned threads, Sink& out) {
  const unsigned workers = std::clamp(threads, 1U, most_threads);
  switch (format) {
    case Format::gzip:
      return make_gzip_encoder(workers, out);
    case Format::zstd:
      return make_zstd_encoder(workers, out);
    case Format::xz:
      return make_xz_encoder(workers, out);
  }
  throw Error(ErrorKind::bug, "a compression format that does not exist");
}

}  // namespace

std::string_view name_of(Format format) noexcept {
  switch (format) {
    case Format::gzip:
      return "gzip";
    case Format::zstd:
      return "zstd";
    case Format::xz:
      return "xz";
  }
  return "";
}

std::string encoder_version(Format format) {
  switch (format) {
    case Format::gzip:
      return gzip_version();
    case Format::zstd:
      return zstd_version();
    case Format::xz:
      return xz_version();
  }
  throw Error(ErrorKind::bug, "a compression format that does not exist");
}

void throw_no_memory_to_compress() {
  throw Error(ErrorKind::environment, "not enough memory to compress",
              {.hint = "use fewer threads"});
}

Compressor::Compressor(Format format, unsigned threads, Sink& out)
    : encoder_(make_encoder(format, threads, out)), pieces_(*encoder_) {}

Compressor::~Compressor() = default;

void Compressor::finish() && {
  pieces_.flush();
  encoder_->finish();
}

}  // namespace reproduce::compression

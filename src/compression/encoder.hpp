#pragma once

/// One compressed stream in the making, and the three ways to make one.

#include <memory>
#include <string>

#include "reproduce/base/stream.hpp"

namespace reproduce::compression {

class Encoder : public Sink {
 public:
  /// Ends the stream. Nothing is written afterwards.
  virtual void finish() = 0;
};

/// `threads` is at least 1; `out` must outlive the encoder.
[[nodiscard]] std::unique_ptr<Encoder> make_gzip_encoder(unsigned threads, Sink& out);
[[nodiscard]] std::unique_ptr<Encoder> make_zstd_encoder(unsigned threads, Sink& out);
[[nodiscard]] std::unique_ptr<Encoder> make_xz_encoder(unsigned threads, Sink& out);

/// The library that is loaded, and the parameters beside it. The number after
/// the slash grows when what we do around the library changes a byte.
[[nodiscard]] std::string gzip_version();
[[nodiscard]] std::string zstd_version();
[[nodiscard]] std::string xz_version();

/// Error{environment}: not enough memory to compress.
[[noreturn]] void throw_no_memory_to_compress();

}  // namespace reproduce::compression

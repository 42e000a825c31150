#pragma once

/// Bytes -> the same compressed bytes, on every machine.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "reproduce/base/buffered_sink.hpp"
#include "reproduce/base/stream.hpp"

namespace reproduce::compression {

/// What a ramdisk may be compressed with: what kernels unpack and people use.
///
///     gzip  every kernel. One member, no name, no time (RFC 1952).
///     zstd  kernels from 5.9 on. One frame (RFC 8878) with a checksum and a window
///           of 8 MiB; kernels take up to 128 MiB.
///     xz    every kernel. One stream (.xz format 1.1) with CRC-32 sums, the only
///           ones that kernels know; dictionary 8 MiB, no BCJ filter.
enum class Format { gzip, zstd, xz };

[[nodiscard]] std::string_view name_of(Format format) noexcept;

/// Who makes the bytes, such as "gzip/1 zlib 1.2.13 level 9 block 131072": two
/// encoders with the same identity give the same bytes for the same input. Names
/// the library that is loaded now and every parameter that we give it.
[[nodiscard]] std::string encoder_version(Format format);

/// The most threads that an encoder uses, however many it is offered.
inline constexpr unsigned most_threads = 8;

class Encoder;

/// Compresses what is written into one gzip member, zstd frame or xz stream.
///
/// The bytes depend on the input and on encoder_version(), and on nothing else:
/// not on the number of threads, the sizes of the writes, the machine. Input is
/// cut into blocks of a fixed size, each of which one thread compresses.
///
/// Memory for each thread: 1 MiB for gzip, 64 MiB for zstd, 160 MiB for xz; and
/// about three times that of one thread for what waits.
///
/// Throws Error{environment} when there is not enough memory or no thread can be
/// started; errors of `out` come through. After an error, or without finish(),
/// `out` has got a beginning that no decoder takes for whole.
class Compressor final : public Sink {
 public:
  /// `out` must outlive the compressor. `threads` compress (at least 1, at most
  /// most_threads of them), besides the caller's, which writes to `out`.
  Compressor(Format format, unsigned threads, Sink& out);
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  Compressor(Compressor&&) = delete;
  Compressor& operator=(Compressor&&) = delete;
  ~Compressor() override;

  void write(ByteView bytes) override { pieces_.write(bytes); }

  /// Writes what is left, and the end of the stream.
  void finish() &&;

 private:
  std::unique_ptr<Encoder> encoder_;
  BufferedSink pieces_;  // so that no encoder ever sees the sizes of the writes
};

}  // namespace reproduce::compression

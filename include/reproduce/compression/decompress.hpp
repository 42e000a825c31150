#pragma once

/// What a compressed stream holds, whatever it was compressed with.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "reproduce/base/stream.hpp"

namespace reproduce::compression {

enum class Compression {
  none,
  gzip,
  bzip2,
  xz,
  zstd,
  lzma,      ///< the format before xz, which has no magic of its own
  lz4,       ///< the frame that Linux reads: "legacy" in lz4's own words
  lz4_frame  ///< the frame that lz4 writes unless told otherwise
};

/// Which compressions are looked for, each with those before it. A file that begins with the two
/// bytes by which Linux knows lzma may be anything: only what Linux would unpack is taken for it.
enum class Repertoire {
  files,     ///< gzip, bzip2, xz, zstd: what archives, layers and packages come in
  ramdisks,  ///< lzma and lz4: what Linux unpacks besides
  kernels    ///< the lz4 frame: what boot loaders unpack besides
};

[[nodiscard]] std::string_view name_of(Compression compression) noexcept;

/// The compression that a stream which starts with `bytes` has, by its magic.
[[nodiscard]] Compression detect_compression(ByteView bytes,
                                             Repertoire repertoire = Repertoire::files) noexcept;

/// How many times its size a compressed stream may become, once it has given more than `free`
/// bytes. What people pack has a few hundred megabytes of zeros at most, and otherwise shrinks
/// to no less than a hundredth. Deflate cannot go beyond 1032, so the first limit is for what xz,
/// zstd and bzip2 do to zeros, and the second one for all.
struct ExpansionLimit {
  std::uint64_t free = 0;
  std::uint64_t times = 0;
};
inline constexpr ExpansionLimit expansion_limits[] = {{std::uint64_t{256} << 20, 2000},
                                                      {std::uint64_t{512} << 20, 500}};

/// The largest dictionary that an xz or lzma stream may ask for: `xz -9` has 64 MiB.
inline constexpr std::uint64_t largest_xz_dictionary = std::uint64_t{64} << 20;

/// The base-2 logarithm of the largest window that a zstd frame may ask for:
/// 128 MiB, as with `zstd --long` and in Linux.
inline constexpr int largest_zstd_window_log = 27;

/// How far to read: all of it, or the first of several streams one after the other,
/// whatever follows.
enum class Extent { all, first_stream };

class Feed;

/// Reads a stream that is plain or compressed once; several compressed streams
/// one after the other are one (but for lzma), and NULs may follow the last (xz: in fours, as its
/// format has it; zstd and lz4 frames: none, which are not padded by anybody). Read to
/// its end, it has read the raw stream to its end too.
///
/// read() throws Error{malformed} for data that is damaged or cut short, for a
/// stream that expands beyond expansion_limits or asks for more memory than the limits above, and
/// for anything else behind the compressed data; errors of the raw stream come through. So does the
/// constructor. lzma and lz4 have no sums, and lz4 no end: damage to them may give other bytes.
///
/// With Extent::first_stream it reads one gzip member, bzip2, xz or lzma stream, zstd or lz4
/// frame, as the kernel reads a ramdisk, and does not judge what follows; a
/// plain stream has no such end, and is read as it is. The lz4 that Linux reads ends with the
/// bytes or at four NULs: it takes anything else for more of it.
///
/// Memory: under 16 MiB for gzip, bzip2 and lz4 frames, under 18 MiB for lz4; for xz, lzma and zstd
/// what the stream asks for, up to 68, 68 and 130 MiB, as far as output has filled it.
class Decompressor final : public Source {
 public:
  /// `raw` must outlive the decompressor. Reads its beginning.
  explicit Decompressor(Source& raw, Extent extent = Extent::all,
                        Repertoire repertoire = Repertoire::files);
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  Decompressor(Decompressor&&) = delete;
  Decompressor& operator=(Decompressor&&) = delete;
  ~Decompressor() override;

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;
  [[nodiscard]] Compression compression() const noexcept { return compression_; }

  /// Once read() gave 0: how many bytes of the raw stream the compressed data has. It may have
  /// read more of it.
  [[nodiscard]] std::uint64_t used() const noexcept;

 private:
  std::unique_ptr<Feed> feed_;
  Compression compression_ = Compression::none;
  std::unique_ptr<Source> plain_;
  std::uint64_t given_ = 0;
  bool ended_ = false;
};

}  // namespace reproduce::compression

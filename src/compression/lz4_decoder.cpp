#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "decoder.hpp"
#include <lz4.h>

namespace reproduce::compression {
namespace {

constexpr std::size_t word_size = 4;
constexpr std::uint32_t magic = 0x184c2102;

/// A block becomes no more, and so has no more than this in its worst case.
constexpr std::size_t largest_plain = std::size_t{8} << 20;
constexpr std::size_t largest_block = LZ4_COMPRESSBOUND(largest_plain);

/// The frame of lz4's first days, which `lz4 -l` writes and Linux reads.
///
///     magic *( size block / magic ) [ 0 ]     ; magic and sizes: 4 bytes, little-endian
///
/// It ends with the bytes, with fewer than four left, or at a size of 0: NULs may follow, and
/// nothing else can be told from a further block. Neither is there a sum, so that damage that makes
/// sense gives other bytes, and what is cut off between two blocks is not missed.
///
/// Source: the Linux kernel's lib/decompress_unlz4.c (6.12); lz4's doc/lz4_Frame_format.md, "Legacy
/// frame".
class Lz4Decoder final : public Source {
 public:
  explicit Lz4Decoder(Feed& feed) : feed_(feed), plain_(largest_plain) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    while (rest_.empty())
      if (!next_block()) return 0;
    const std::size_t count = std::min(buffer.size(), rest_.size());
    std::copy_n(rest_.begin(), count, buffer.begin());
    rest_ = rest_.subspan(count);
    return count;
  }

 private:
  /// Fills `out` unless the feed ends before; returns how much was filled.
  [[nodiscard]] std::size_t take(std::span<std::uint8_t> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      if (fed_.empty() && !refill()) break;
      const std::size_t count = std::min(out.size() - done, fed_.size());
      std::copy_n(fed_.begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
      fed_ = fed_.subspan(count);
      done += count;
    }
    return done;
  }

  /// False at the end. A block that is not full is the last, and is not read beyond, so that
  /// finish() finds what was not used in the latest two.
  [[nodiscard]] bool refill() {
    if (fed_last_) return false;
    fed_ = feed_.next();
    fed_last_ = fed_.size() < chunk_size;
    return !fed_.empty();
  }

  /// False at the end.
  [[nodiscard]] bool next_block() {
    std::array<std::uint8_t, word_size> word{};
    const std::size_t count = take(word);
    std::uint32_t size = 0;
    for (std::size_t i = word_size; i-- > 0;) size = size << 8U | word[i];
    if (count < word_size || size == 0) {
      feed_.finish(count + fed_.size());
      return false;
    }
    if (size != magic) unpack(size);
    return true;
  }

  void unpack(std::uint32_t size) {
    if (size > largest_block)
      throw_damaged(Compression::lz4, "a block of " + std::to_string(size) + " bytes");
    packed_.resize(size);
    if (take(packed_) != size) throw_damaged(Compression::lz4, "the end");
    // liblz4 knows no unsigned bytes; these are our own.
    const int made = ::LZ4_decompress_safe(reinterpret_cast<const char*>(packed_.data()),
                                           reinterpret_cast<char*>(plain_.data()),
                                           static_cast<int>(size), static_cast<int>(plain_.size()));
    if (made < 0) throw_damaged(Compression::lz4, "data that does not fit together");
    rest_ = ByteView(plain_).first(static_cast<std::size_t>(made));
  }

  Feed& feed_;
  Bytes packed_;
  Bytes plain_;
  ByteView fed_;  // of the feed's latest block: not used yet
  bool fed_last_ = false;
  ByteView rest_;  // of plain_: not given yet
};

}  // namespace

std::unique_ptr<Source> make_lz4_decoder(Feed& feed) {
  return std::make_unique<Lz4Decoder>(feed);
}

}  // namespace reproduce::compression

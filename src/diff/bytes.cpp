#include "bytes.hpp"

#include <algorithm>
#include <cstring>

namespace reproduce::diff {
namespace {

/// Differences that are closer together than this are told as one.
constexpr std::size_t block_size = 4096;

std::size_t first_mismatch(ByteView one, ByteView other) {
  const auto at = std::mismatch(one.begin(), one.end(), other.begin());
  return static_cast<std::size_t>(at.first - one.begin());
}

std::size_t behind_last_mismatch(ByteView one, ByteView other) {
  std::size_t end = one.size();
  while (end != 0 && one[end - 1] == other[end - 1]) --end;
  return end;
}

void add_range(std::vector<DifferingRange>& ranges, DifferingRange range) {
  if (!ranges.empty()) {
    DifferingRange& last = ranges.back();
    const std::uint64_t last_end = last.offset + last.size;
    if (range.offset - last_end < block_size || ranges.size() == most_ranges) {
      last.size = range.offset + range.size - last.offset;
      return;
    }
  }
  ranges.push_back(range);
}

/// Two sides, read in step. Both chunks have the size that the shorter side has left.
class InStep {
 public:
  InStep(const RandomAccess& before, const RandomAccess& after)
      : before_(before),
        after_(after),
        common_(std::min(before.size(), after.size())),
        // Most files are small, and there may be many of them.
        before_chunk_(static_cast<std::size_t>(std::min<std::uint64_t>(common_, chunk_size))),
        after_chunk_(before_chunk_.size()) {}

  /// False at the end of the shorter side.
  bool next() {
    offset_ += count_;
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(before_chunk_.size(), common_ - offset_));
    const std::size_t first = before_.read_at(offset_, std::span(before_chunk_).first(wanted));
    const std::size_t second = after_.read_at(offset_, std::span(after_chunk_).first(wanted));
    count_ = std::min(first, second);
    return count_ != 0;
  }

  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
  [[nodiscard]] ByteView before() const { return ByteView(before_chunk_).first(count_); }
  [[nodiscard]] ByteView after() const { return ByteView(after_chunk_).first(count_); }
  [[nodiscard]] bool same() const {
    return std::memcmp(before_chunk_.data(), after_chunk_.data(), count_) == 0;
  }

 private:
  const RandomAccess& before_;
  const RandomAccess& after_;
  std::uint64_t common_;
  Bytes before_chunk_;
  Bytes after_chunk_;
  std::uint64_t offset_ = 0;
  std::size_t count_ = 0;
};

}  // namespace

Slice::Slice(const RandomAccess& bytes, std::uint64_t offset, std::uint64_t size) noexcept
    : bytes_(bytes), offset_(std::min(offset, bytes.size())) {
  size_ = std::min(size, bytes.size() - offset_);
}

std::size_t Slice::read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
  if (offset >= size_) return 0;
  if (buffer.size() > size_ - offset)
    buffer = buffer.first(static_cast<std::size_t>(size_ - offset));
  return bytes_.read_at(offset_ + offset, buffer);
}

std::vector<DifferingRange> differing_ranges(const RandomAccess& before,
                                             const RandomAccess& after) {
  std::vector<DifferingRange> ranges;
  InStep sides(before, after);
  while (sides.next()) {
    if (sides.same()) continue;
    for (std::size_t start = 0; start < sides.before().size(); start += block_size) {
      const std::size_t size = std::min(block_size, sides.before().size() - start);
      const ByteView one = sides.before().subspan(start, size);
      const ByteView other = sides.after().subspan(start, size);
      if (std::memcmp(one.data(), other.data(), size) == 0) continue;
      const std::size_t first = first_mismatch(one, other);
      add_range(ranges, {.offset = sides.offset() + start + first,
                         .size = behind_last_mismatch(one, other) - first});
    }
  }
  const std::uint64_t common = std::min(before.size(), after.size());
  const std::uint64_t longer = std::max(before.size(), after.size());
  if (longer != common) add_range(ranges, {.offset = common, .size = longer - common});
  return ranges;
}

std::optional<std::uint64_t> first_difference(const RandomAccess& before,
                                              const RandomAccess& after) {
  InStep sides(before, after);
  while (sides.next())
    if (!sides.same()) return sides.offset() + first_mismatch(sides.before(), sides.after());
  if (before.size() == after.size()) return std::nullopt;
  return std::min(before.size(), after.size());
}

std::optional<std::uint64_t> first_difference(Source& before, Source& after) {
  Bytes one(chunk_size);
  Bytes other(chunk_size);
  for (std::uint64_t offset = 0;;) {
    const std::size_t first = read_up_to(before, one);
    const std::size_t second = read_up_to(after, other);
    const std::size_t common = std::min(first, second);
    const std::size_t same = first_mismatch(ByteView(one).first(common), other);
    if (same != common || first != second) return offset + same;
    if (common == 0) return std::nullopt;
    offset += common;
  }
}

Bytes read_front(const RandomAccess& bytes, std::size_t limit) {
  Bytes front(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), limit)));
  front.resize(bytes.read_at(0, front));
  return front;
}

}  // namespace reproduce::diff

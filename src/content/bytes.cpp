#include "bytes.hpp"

#include <algorithm>
#include <string>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::content {
namespace {

constexpr std::uint64_t row_size = 16;
constexpr std::uint64_t window_rows = 5;

/// So many equal bytes end a range that differs.
constexpr std::uint64_t smallest_gap = 8;

/// Feeds a Count with one place after the other.
class Counter {
 public:
  void add(ByteView before, ByteView after) {
    // Equal pieces are the usual case, and cheap.
    if (std::equal(before.begin(), before.end(), after.begin())) {
      count_.compared += before.size();
      return;
    }
    for (std::size_t i = 0; i < before.size(); ++i, ++count_.compared) {
      if (before[i] == after[i]) continue;
      if (count_.bytes == 0) count_.first = count_.compared;
      if (count_.bytes == 0 || count_.compared - last_ > smallest_gap) ++count_.ranges;
      ++count_.bytes;
      last_ = count_.compared;
    }
  }
  [[nodiscard]] const Count& count() const noexcept { return count_; }

 private:
  Count count_;
  std::uint64_t last_ = 0;
};

/// "000001f0  7f 45 4c 46 ...  |.ELF...|"
std::string row_in_hex(std::uint64_t offset, ByteView bytes) {
  std::string digits = hex_number(offset).substr(2);
  std::string row(digits.size() < 8 ? 8 - digits.size() : 0, '0');
  row += digits + " ";
  std::string letters;
  for (std::size_t i = 0; i < row_size; ++i) {
    row += i == row_size / 2 ? "  " : " ";
    row += i < bytes.size() ? to_hex(bytes.subspan(i, 1)) : "  ";
    if (i < bytes.size())
      letters += bytes[i] >= 0x20 && bytes[i] < 0x7f ? static_cast<char>(bytes[i]) : '.';
  }
  return row + "  |" + letters + "|";
}

/// How many bytes at the end are equal: at most `most`, and no more than are quickly read.
std::uint64_t equal_at_end(const Sides& sides, std::uint64_t most, Allowance& allowance) {
  std::uint64_t equal = 0;
  while (equal < most) {
    const std::uint64_t size = std::min<std::uint64_t>(chunk_size, most - equal);
    const Bytes before =
        read_range(sides.before, sides.before.size() - equal - size, size, allowance);
    const Bytes after = read_range(sides.after, sides.after.size() - equal - size, size, allowance);
    if (before.size() < size || after.size() < size) return 0;  // not known
    const auto mismatch = std::mismatch(before.rbegin(), before.rend(), after.rbegin());
    const auto found = static_cast<std::uint64_t>(mismatch.first - before.rbegin());
    equal += found;
    if (found < size) break;
  }
  return equal;
}

}  // namespace

Count count_differences(const Sides& sides, Range before, Range after, Allowance& allowance) {
  Counter counter;
  const std::uint64_t common = std::min(before.size, after.size);
  for (std::uint64_t done = 0; done < common;) {
    const std::uint64_t size = std::min<std::uint64_t>(chunk_size, common - done);
    const Bytes left = read_range(sides.before, before.offset + done, size, allowance);
    const Bytes right = read_range(sides.after, after.offset + done, size, allowance);
    const std::size_t both = std::min(left.size(), right.size());
    counter.add(ByteView(left).first(both), ByteView(right).first(both));
    done += both;
    if (both < size) break;
  }
  return counter.count();
}

std::uint64_t first_difference(const Sides& sides, Allowance& allowance) {
  const std::uint64_t common = std::min(sides.before.size(), sides.after.size());
  for (std::uint64_t done = 0; done < common;) {
    const std::uint64_t size = std::min<std::uint64_t>(chunk_size, common - done);
    const Bytes left = read_range(sides.before, done, size, allowance);
    const Bytes right = read_range(sides.after, done, size, allowance);
    const std::size_t both = std::min(left.size(), right.size());
    const auto end = left.begin() + static_cast<std::ptrdiff_t>(both);
    const auto mismatch = std::mismatch(left.begin(), end, right.begin());
    if (mismatch.first != end)
      return done + static_cast<std::uint64_t>(mismatch.first - left.begin());
    done += both;
    if (both < size) return not_known;
  }
  return common;
}

void add_hex_window(Difference& difference, const Sides& sides, std::uint64_t before_at,
                    std::uint64_t after_at, Allowance& allowance) {
  const auto start_of = [](std::uint64_t at) {
    const std::uint64_t row = at - at % row_size;
    return row >= row_size ? row - row_size : 0;  // one row before
  };
  const std::uint64_t before_start = start_of(before_at);
  const std::uint64_t after_start = start_of(after_at);
  constexpr std::uint64_t window = row_size * window_rows;
  const Bytes before = read_range(sides.before, before_start, window, allowance);
  const Bytes after = read_range(sides.after, after_start, window, allowance);
  for (std::uint64_t i = 0; i < window; i += row_size) {
    const auto row_of = [i](const Bytes& bytes) {
      const ByteView view(bytes);
      return i >= view.size() ? ByteView() : view.subspan(i, std::min(row_size, view.size() - i));
    };
    const ByteView left = row_of(before);
    const ByteView right = row_of(after);
    if (before_start == after_start && std::ranges::equal(left, right)) {
      if (!left.empty())
        add_line(difference, allowance.limits, ' ', row_in_hex(before_start + i, left));
      continue;
    }
    if (!left.empty())
      add_line(difference, allowance.limits, '-', row_in_hex(before_start + i, left));
    if (!right.empty())
      add_line(difference, allowance.limits, '+', row_in_hex(after_start + i, right));
  }
}

Difference compare_bytes(const Sides& sides, Allowance& allowance) {
  Difference difference;
  const std::uint64_t before_size = sides.before.size();
  const std::uint64_t after_size = sides.after.size();
  const std::uint64_t common = std::min(before_size, after_size);
  const Count count = count_differences(sides, {0, before_size}, {0, after_size}, allowance);
  std::string& words = difference.summary;
  words = before_size == after_size
              ? counted(before_size, "byte")
              : std::to_string(before_size) + " -> " + counted(after_size, "byte");
  const std::uint64_t first = count.first != not_known ? count.first : count.compared;
  if (count.compared < common) {
    difference.shortened = true;
    words += ", of which " + std::to_string(count.compared) + " were looked at";
  }
  if (before_size == after_size || count.compared < common) {
    words += ": " + std::to_string(count.bytes) + (count.bytes == 1 ? " differs" : " differ");
    if (count.ranges > 1) words += " in " + counted(count.ranges, "range");
    if (count.bytes != 0) words += ", the first at " + hex_number(first);
  } else {
    // Something was put in or taken out: what follows it is the same at another place.
    const std::uint64_t at_end = equal_at_end(sides, common - first, allowance);
    words += ": " + counted(before_size - first - at_end, "byte") + " at " + hex_number(first) +
             " became " + std::to_string(after_size - first - at_end) + ", the " +
             counted(at_end, "byte") + " behind are the same";
  }
  if (count.bytes != 0 || count.compared == common) {
    add_line(difference, allowance.limits, '@', " bytes from " + hex_number(first) + " on");
    add_hex_window(difference, sides, first, first, allowance);
  }
  return difference;
}

}  // namespace reproduce::content

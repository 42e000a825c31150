#include "reproduce/base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce {
namespace {

/// One code point at the front of `text`; length 0 means invalid UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;
};

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

std::size_t sequence_length(unsigned char first) {
  if (first < 0x80U) return 1;
  if (first >= 0xc2U && first <= 0xdfU) return 2;
  if (first >= 0xe0U && first <= 0xefU) return 3;
  if (first >= 0xf0U && first <= 0xf4U) return 4;
  return 0;
}

CodePoint decode_front(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = sequence_length(first);
  if (length == 0 || length > text.size()) return {};
  if (length == 1) return {first, 1};
  char32_t value = first & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[i])) return {};
    value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < smallest[length] || value > 0x10ffff || surrogate) return {};
  return {value, length};
}

/// C0, C1, line and paragraph separators, and what reorders text (UAX #9).
bool deceives_terminals(char32_t value) {
  return value < 0x20 || (value >= 0x7f && value <= 0x9f) || value == 0x061c ||
         (value >= 0x200b && value <= 0x200f) || (value >= 0x2028 && value <= 0x202e) ||
         (value >= 0x2060 && value <= 0x2069) || value == 0xfeff;
}

struct Range {
  char32_t first;
  char32_t last;
};

constexpr Range wide_ranges[] = {
    {0x1100, 0x115f},    // Hangul that begins a syllable
    {0x2e80, 0x303e},    // radicals, CJK punctuation
    {0x3041, 0xa4cf},    // kana, ideographs, Yi
    {0xa960, 0xa97c},    // Hangul, extended
    {0xac00, 0xd7a3},    // Hangul syllables
    {0xf900, 0xfaff},    // compatibility ideographs
    {0xfe30, 0xfe6f},    // compatibility forms
    {0xff01, 0xff60},    // full-width forms
    {0xffe0, 0xffe6},    // full-width signs
    {0x1f300, 0x1f64f},  // pictures
    {0x1f680, 0x1f6ff},  // pictures of transport
    {0x1f900, 0x1faff},  // more pictures
    {0x20000, 0x3fffd}   // ideographs of the planes 2 and 3
};

constexpr Range mark_ranges[] = {{0x0300, 0x036f},  // combining marks
                                 {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
                                 {0x20d0, 0x20ff}, {0xfe00, 0xfe0f},  // variation selectors
                                 {0xfe20, 0xfe2f}};

bool is_in(std::span<const Range> ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

/// Letters added, left out, changed, or swapped with their neighbour (each letter at most
/// once: the "optimal string alignment" distance). Swapping is the commonest slip of all.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1, i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = last[j] + (a[i] == b[j] ? 0 : 1);
      row[j + 1] = std::min({changed, row[j] + 1, last[j + 1] + 1});
      const bool swapped = i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j];
      if (swapped) row[j + 1] = std::min(row[j + 1], before_last[j - 1] + 1);
    }
    before_last = std::exchange(last, std::move(row));
  }
  return last.back();
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode_front(text);
    const std::size_t length = std::max<std::size_t>(point.length, 1);
    if (point.length == 0 || deceives_terminals(point.value)) {
      for (const char byte : text.substr(0, length))
        (shown += "\\x") += to_hex(as_bytes({&byte, 1}));
    } else if (text.front() == '\\') {
      shown += "\\\\";
    } else {
      shown += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return shown;
}

std::string quote(std::string_view text) {
  return "'" + printable(text) + "'";
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const CodePoint point = decode_front(text);
    if (point.length == 0) return false;
    text.remove_prefix(point.length);
  }
  return true;
}

std::string_view first_characters(std::string_view text, std::size_t count) noexcept {
  std::size_t bytes = 0;
  for (; count != 0 && bytes < text.size(); --count)
    bytes += std::max<std::size_t>(decode_front(text.substr(bytes)).length, 1);
  return text.substr(0, bytes);
}

std::size_t display_width(std::string_view text) {
  const std::string shown = printable(text);
  std::size_t columns = 0;
  for (std::string_view rest = shown; !rest.empty();) {
    const CodePoint point = decode_front(rest);
    if (!is_in(mark_ranges, point.value)) columns += is_in(wide_ranges, point.value) ? 2U : 1U;
    rest.remove_prefix(point.length);
  }
  return columns;
}

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  // Beyond this length it is no typing slip, and the table would be an attacker's to size.
  constexpr std::size_t longest_word = 64;
  if (word.size() > longest_word) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best_distance = distance;
    best = candidate;
  }
  return best;
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stopped != end || text.empty()) return std::nullopt;
  return value;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace reproduce

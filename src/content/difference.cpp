#include "reproduce/content/difference.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "comparison.hpp"
#include "recognise.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::content {

std::string_view name_of(Form form) noexcept {
  switch (form) {
    case Form::same:
      return "same";
    case Form::text:
      return "text";
    case Form::elf:
      return "elf";
    case Form::python:
      return "python";
    case Form::archive:
      return "archive";
    case Form::compressed:
      return "compressed";
    case Form::bytes:
      return "bytes";
  }
  return "";
}

Bytes read_range(const RandomAccess& file, std::uint64_t offset, std::uint64_t size,
                 Allowance& allowance) {
  if (offset >= file.size()) return {};
  const std::uint64_t wanted = std::min({size, file.size() - offset, allowance.work});
  Bytes bytes(static_cast<std::size_t>(wanted));
  bytes.resize(file.read_at(offset, bytes));
  allowance.work -= bytes.size();
  return bytes;
}

void add_line(Difference& difference, const Limits& limits, char mark, std::string_view text) {
  if (difference.lines.size() >= limits.lines) {
    difference.shortened = true;
    return;
  }
  std::string line(1, mark);
  if (text.size() > limits.line_bytes) {
    std::size_t end = limits.line_bytes;
    // Not within a character of UTF-8.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
    text = text.substr(0, end);
    difference.shortened = true;
  }
  difference.lines.push_back(line.append(text));
}

void add_culprit(Difference& difference, Culprit culprit) {
  auto& all = difference.culprits;
  if (std::find(all.begin(), all.end(), culprit) == all.end()) all.push_back(culprit);
}

void add_part(Difference& difference, const std::string& name, const Sides& sides,
              Allowance& allowance) {
  --allowance.depth;
  Difference inner = compare_within(sides, allowance);
  ++allowance.depth;
  for (const Culprit culprit : inner.culprits) add_culprit(difference, culprit);
  difference.shortened = difference.shortened || inner.shortened;
  difference.parts.push_back({name, std::move(inner)});
}

namespace {

Difference same_bytes() {
  Difference difference;
  difference.form = Form::same;
  difference.summary = "the same bytes";
  return difference;
}

void note_secret(const Sides& sides, Difference& difference) {
  if (is_generated_secret(sides.path))
    difference.culprits.insert(difference.culprits.begin(), Culprit::generated_secret);
}

bool are_same(const Sides& sides, Allowance& allowance) {
  return sides.before.size() == sides.after.size() &&
         first_difference(sides, allowance) == sides.before.size();
}

}  // namespace

Difference compare_within(const Sides& sides, Allowance& allowance) {
  if (are_same(sides, allowance)) return same_bytes();
  using Comparison = std::optional<Difference> (*)(const Sides&, Allowance&);
  constexpr std::array<Comparison, 5> comparisons{compare_elf, compare_python, compare_compressed,
                                                  compare_archives, compare_text};
  std::string trouble;
  for (const Comparison comparison : comparisons) {
    try {
      if (auto found = comparison(sides, allowance)) {
        note_secret(sides, *found);
        return *std::move(found);
      }
    } catch (const Error& error) {
      // A file that breaks its format has its bytes compared; trouble with reading it is no
      // property of the bytes.
      if (error.kind() != ErrorKind::malformed) throw;
      trouble = error.what();
    }
  }
  Difference difference = compare_bytes(sides, allowance);
  if (!trouble.empty()) difference.summary += "; not looked into: " + trouble;
  note_secret(sides, difference);
  return difference;
}

std::string time_in_words(std::int64_t seconds) {
  constexpr std::int64_t first_of_year_10000 = 253402300800;
  std::string words = std::to_string(seconds);
  if (seconds >= 0 && seconds < first_of_year_10000) words += " (" + format_utc(seconds) + ")";
  return words;
}

Difference compare(std::string_view path, const RandomAccess& before, const RandomAccess& after,
                   const Limits& limits) {
  Allowance allowance(limits);
  return compare_within({path, before, after}, allowance);
}

}  // namespace reproduce::content

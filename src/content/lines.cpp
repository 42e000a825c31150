#include "lines.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

namespace reproduce::content {
namespace {

constexpr std::size_t context = 3;

/// Edits that share their context, and so stand in one hunk.
struct Hunk {
  std::size_t first = 0;
  std::size_t end = 0;
};

std::vector<Hunk> hunks_of(const EditScript& script) {
  std::vector<Hunk> hunks;
  for (std::size_t i = 0; i < script.edits.size(); ++i) {
    const bool joins = i > 0 && script.edits[i].before - script.edits[i - 1].before -
                                        script.edits[i - 1].removed <=
                                    2 * context;
    if (joins)
      hunks.back().end = i + 1;
    else
      hunks.push_back({i, i + 1});
  }
  return hunks;
}

/// As GNU diff writes it: lines from 1, a count of 1 is left out, and where there are no lines
/// the number is that of the line before.
std::string range(std::size_t start, std::size_t count) {
  std::string words = std::to_string(count == 0 ? start : start + 1);
  if (count != 1) words += "," + std::to_string(count);
  return words;
}

void add_text_line(Difference& difference, const Limits& limits, char mark, std::string_view line) {
  const bool ended = line.ends_with('\n');
  if (ended) line.remove_suffix(1);
  add_line(difference, limits, mark, line);
  if (!ended) add_line(difference, limits, '\\', " No newline at end of file");
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t feed = text.find('\n');
    const std::size_t size = feed == std::string_view::npos ? text.size() : feed + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// By sorting, not hashing: a hash with a known seed can be made to collide.
Numbered number(const std::vector<std::string_view>& before,
                const std::vector<std::string_view>& after) {
  const auto string_at = [&](std::size_t i) {
    return i < before.size() ? before[i] : after[i - before.size()];
  };
  std::vector<std::uint32_t> order(before.size() + after.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return string_at(a) < string_at(b); });
  Numbered numbered{.before = std::vector<std::uint32_t>(before.size()),
                    .after = std::vector<std::uint32_t>(after.size())};
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i > 0 && string_at(order[i - 1]) != string_at(order[i])) ++next;
    if (order[i] < before.size())
      numbered.before[order[i]] = next;
    else
      numbered.after[order[i] - before.size()] = next;
  }
  return numbered;
}

void add_unified(Difference& difference, const Limits& limits,
                 const std::vector<std::string_view>& before,
                 const std::vector<std::string_view>& after, const EditScript& script) {
  for (const Hunk& hunk : hunks_of(script)) {
    // Past the limit each hunk would cost time and say nothing.
    if (difference.lines.size() >= limits.lines) {
      difference.shortened = true;
      return;
    }
    const Edit& first = script.edits[hunk.first];
    const Edit& last = script.edits[hunk.end - 1];
    const std::size_t lead = std::min(context, first.before);
    const std::size_t before_end = std::min(before.size(), last.before + last.removed + context);
    const std::size_t tail = before_end - last.before - last.removed;
    const std::size_t start = first.before - lead;
    const std::size_t after_start = first.after - lead;
    const std::size_t after_end = last.after + last.added + tail;
    add_line(difference, limits, '@',
             "@ -" + range(start, before_end - start) + " +" +
                 range(after_start, after_end - after_start) + " @@");
    std::size_t at = start;
    for (std::size_t i = hunk.first; i < hunk.end; ++i) {
      const Edit& edit = script.edits[i];
      for (; at < edit.before; ++at) add_text_line(difference, limits, ' ', before[at]);
      for (; at < edit.before + edit.removed; ++at)
        add_text_line(difference, limits, '-', before[at]);
      for (std::size_t j = edit.after; j < edit.after + edit.added; ++j)
        add_text_line(difference, limits, '+', after[j]);
    }
    for (; at < before_end; ++at) add_text_line(difference, limits, ' ', before[at]);
  }
}

}  // namespace reproduce::content

#include "strings.hpp"

#include <algorithm>

#include "lines.hpp"

namespace reproduce::content {
namespace {

constexpr std::size_t most_strings = 20'000;

/// Lines that one section's strings may take of all.
constexpr std::size_t most_lines = 40;

using Strings = std::vector<std::string_view>;

void recognise(const EditScript& script, const Strings& left, const Strings& right,
               PairRecogniser& recogniser) {
  for (const Edit& edit : script.edits) {
    const std::size_t pairs = std::min(edit.removed, edit.added);
    for (std::size_t i = 0; i < pairs; ++i)
      recogniser.add(left[edit.before + i], right[edit.after + i]);
    recogniser.add_unpaired(std::max(edit.removed, edit.added) - pairs);
  }
}

}  // namespace

std::vector<std::string_view> strings_in(ByteView bytes, std::size_t shortest) {
  std::vector<std::string_view> strings;
  const std::string_view text = as_text(bytes);
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size() && strings.size() < most_strings; ++i) {
    const bool inside = i < text.size() && text[i] >= 0x20 && text[i] < 0x7f;
    if (inside) continue;
    if (i - start >= shortest) strings.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  return strings;
}

bool add_strings(Difference& difference, std::string_view where, const Searched& searched,
                 const Limits& limits, PairRecogniser& recogniser) {
  const Strings left = strings_in(searched.before);
  const Strings right = strings_in(searched.after);
  const Numbered numbered = number(left, right);
  const EditScript script =
      edit_script(numbered.before, numbered.after, {.edits = 400, .steps = std::uint64_t{1} << 24});
  if (script.edits.empty()) return false;
  recognise(script, left, right, recogniser);
  add_line(difference, limits, '@', " strings of " + std::string(where));
  std::size_t lines = 0;
  const auto add = [&](char mark, std::string_view string) {
    if (lines++ < most_lines)
      add_line(difference, limits, mark, string);
    else
      difference.shortened = true;
  };
  for (const Edit& edit : script.edits) {
    for (std::size_t i = 0; i < edit.removed; ++i) add('-', left[edit.before + i]);
    for (std::size_t j = 0; j < edit.added; ++j) add('+', right[edit.after + j]);
  }
  return true;
}

}  // namespace reproduce::content

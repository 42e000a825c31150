/// Two texts -> a unified diff, and what explains it.

#include "reproduce/base/text.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "comparison.hpp"
#include "lines.hpp"
#include "recognise.hpp"

namespace reproduce::content {
namespace {

using Lines = std::vector<std::string_view>;

/// Tab, line feed, form feed, carriage return, escape: programs write these into texts.
bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  constexpr std::string_view usual{"\t\n\f\r\x1b"};
  return (byte < 0x20 || byte == 0x7f) && usual.find(c) == std::string_view::npos;
}

bool is_text(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(), is_control) && is_utf8(bytes);
}

/// Whether the beginning looks like text, so that a large binary file is not read for nothing. A
/// character of UTF-8 may be cut at its end.
bool may_be_text(const RandomAccess& file, Allowance& allowance) {
  constexpr std::uint64_t enough = 4096;
  const Bytes head = read_range(file, 0, enough, allowance);
  const std::string_view text = as_text(head);
  return std::none_of(text.begin(), text.end(), is_control);
}

bool too_many_lines(std::string_view text, const Limits& limits) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) >=
         limits.text_lines;
}

/// `line` without what stands between its second and third colon.
std::string without_third_field(std::string_view line) {
  const std::size_t first = line.find(':');
  const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
  if (second == std::string_view::npos) return std::string(line);
  const std::size_t third = std::min(line.find(':', second + 1), line.size());
  return std::string(line.substr(0, second + 1)).append(line.substr(third));
}

/// shadow(5): name, password, day of the last change, and six more.
bool only_days_differ(std::string_view path, const Lines& before, const Lines& after) {
  const bool is_shadow = path == "etc/shadow" || path == "etc/shadow-" ||
                         path.ends_with("/etc/shadow") || path.ends_with("/etc/shadow-");
  return is_shadow && before.size() == after.size() &&
         std::equal(before.begin(), before.end(), after.begin(),
                    [](std::string_view left, std::string_view right) {
                      return without_third_field(left) == without_third_field(right);
                    });
}

bool only_order_differs(Numbered numbered) {
  if (numbered.before.size() != numbered.after.size()) return false;
  std::sort(numbered.before.begin(), numbered.before.end());
  std::sort(numbered.after.begin(), numbered.after.end());
  return numbered.before == numbered.after;
}

std::vector<Culprit> explain(const Lines& before, const Lines& after, const EditScript& script) {
  // What is true of so many is true of the rest.
  constexpr std::size_t enough = 2000;
  PairRecogniser recogniser;
  std::size_t looked_at = 0;
  for (const Edit& edit : script.edits) {
    const std::size_t pairs = std::min(edit.removed, edit.added);
    for (std::size_t i = 0; i < pairs && looked_at < enough; ++i, ++looked_at)
      recogniser.add(before[edit.before + i], after[edit.after + i]);
    recogniser.add_unpaired(std::max(edit.removed, edit.added) - pairs);
    if (looked_at == enough) break;
  }
  return recogniser.found();
}

bool is_private_key(std::string_view text) {
  const std::string_view head = text.substr(0, 64);
  return head.starts_with("-----BEGIN ") && head.find("PRIVATE KEY-----") != std::string_view::npos;
}

std::string summarise(const EditScript& script) {
  std::size_t removed = 0;
  std::size_t added = 0;
  for (const Edit& edit : script.edits) {
    removed += edit.removed;
    added += edit.added;
  }
  std::string summary =
      "text: " + counted(removed, "line") + " removed, " + std::to_string(added) + " added";
  if (script.coarse) summary += " (not the smallest difference: there are too many)";
  return summary;
}

}  // namespace

std::optional<Difference> compare_text(const Sides& sides, Allowance& allowance) {
  const Limits& limits = allowance.limits;
  if (std::max(sides.before.size(), sides.after.size()) > limits.text_bytes ||
      !may_be_text(sides.before, allowance) || !may_be_text(sides.after, allowance))
    return std::nullopt;
  const Bytes before_bytes = read_range(sides.before, 0, limits.text_bytes, allowance);
  const Bytes after_bytes = read_range(sides.after, 0, limits.text_bytes, allowance);
  const std::string_view before_text = as_text(before_bytes);
  const std::string_view after_text = as_text(after_bytes);
  const bool whole = before_text.size() == sides.before.size() &&
                     after_text.size() == sides.after.size();  // the allowance may have ended
  if (!whole || !is_text(before_text) || !is_text(after_text)) return std::nullopt;
  if (too_many_lines(before_text, limits) || too_many_lines(after_text, limits))
    return std::nullopt;

  const Lines before = lines_of(before_text);
  const Lines after = lines_of(after_text);
  const Numbered numbered = number(before, after);
  const EditScript script = edit_script(numbered.before, numbered.after);
  Difference difference;
  difference.form = Form::text;
  difference.summary = summarise(script);
  add_unified(difference, limits, before, after, script);
  if (only_days_differ(sides.path, before, after)) {
    difference.culprits = {Culprit::shadow_day};
  } else if (only_order_differs(numbered)) {
    difference.culprits = {Culprit::line_order};
    difference.summary += "; the same lines in another order";
  } else if (is_private_key(before_text) && is_private_key(after_text)) {
    difference.culprits = {Culprit::generated_secret};
  } else {
    difference.culprits = explain(before, after, script);
  }
  return difference;
}

}  // namespace reproduce::content

#include <algorithm>
#include <optional>
#include <string_view>

#include "piece_reader.hpp"
#include "rules.hpp"

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::lint {
namespace {

constexpr std::size_t largest_shadow = std::size_t{1} << 20;
constexpr std::uint32_t seconds_a_day = 86400;

/// What systemd takes for "to be made at the first start" (machine-id(5)).
constexpr std::string_view no_machine_id = "uninitialized";

bool holds_machine_id(const tree::Content& content) {
  PieceReader file(content);
  const Bytes begin = file.read(0, no_machine_id.size());
  return !begin.empty() && as_text(begin) != no_machine_id;
}

std::string_view take_until(std::string_view& rest, char separator) {
  const std::string_view field = rest.substr(0, rest.find(separator));
  rest.remove_prefix(std::min(rest.size(), field.size() + 1));
  return field;
}

struct ShadowDay {
  std::string user;
  std::string day;
};

/// The first line with a day of the last change other than `allowed` (shadow(5): the third
/// field, days since 1970; 0 stands for "has to be changed", and is no day).
std::optional<ShadowDay> find_day(std::string_view text, std::string_view allowed) {
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const std::string_view user = take_until(line, ':');
    (void)take_until(line, ':');
    const std::string_view day = take_until(line, ':');
    if (!day.empty() && day != "0" && day != allowed)
      return ShadowDay{std::string(first_characters(user, 64)),
                       std::string(first_characters(day, 20))};
  }
  return std::nullopt;
}

void lint_shadow(const Place& place, std::uint32_t epoch, Findings& findings) {
  PieceReader file(*place.entry.content);
  const Bytes text = file.read(0, largest_shadow);
  const std::string allowed = epoch == 0 ? "" : std::to_string(epoch / seconds_a_day);
  if (const auto found = find_day(as_text(text), allowed))
    findings.add(place.finding(Rule::shadow_day,
                               "says on which day a password was set last (" + quote(found->user) +
                                   ": " + quote(found->day) +
                                   "), which is the day of its making; empty the third field"));
}

/// How Python holds a compiled file to its source.
/// Source: PEP 552. Before Python 3.7 (magic 3392) there was nothing but the time stamp.
void lint_pyc(const Place& place, Findings& findings) {
  constexpr std::size_t head_size = 12;
  constexpr std::uint16_t first_with_flags = 3392;
  constexpr std::uint16_t first_of_python_3 = 3000;
  constexpr std::uint16_t last_of_python_3 = 20000;  // those of Python 2 are above 50000
  PieceReader file(*place.entry.content);
  const Bytes head = file.read(0, head_size);
  if (head.size() != head_size || as_text(head).substr(2, 2) != "\r\n") return;
  const auto little = [&](std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = value << 8 | head[at + i - 1];
    return value;
  };
  const std::uint32_t magic = little(0, 2);
  if (magic < first_of_python_3 || magic > last_of_python_3) return;
  const bool has_flags = magic >= first_with_flags;
  if (has_flags && little(4, 4) != 0) return;  // held to a hash
  findings.add(place.finding(
      Rule::pyc_timestamp,
      "is held to its source by a time stamp (" + format_utc(little(has_flags ? 8 : 4, 4)) +
          ") that no longer holds; leave it out, or compile with `python3 -m compileall "
          "--invalidation-mode unchecked-hash`"));
}

}  // namespace

void lint_known_file(const Place& place, std::uint32_t epoch, Findings& findings) {
  if (place.entry.type != tree::EntryType::regular || place.entry.content->size() == 0) return;
  const std::string_view path = place.path;
  const std::string_view in_etc = name_in(path, "etc");
  if (in_etc == "shadow" || in_etc == "shadow-") lint_shadow(place, epoch, findings);
  if ((in_etc == "machine-id" || name_in(path, "var/lib/dbus") == "machine-id") &&
      holds_machine_id(*place.entry.content))
    findings.add(place.finding(
        Rule::machine_id,
        "is an identity that every enclave of the image would share; make the file empty"));
  if (name_in(path, "__pycache__").ends_with(".pyc")) lint_pyc(place, findings);
}

}  // namespace reproduce::lint

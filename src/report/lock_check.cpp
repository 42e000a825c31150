#include "reproduce/report/lock_check.hpp"

#include <nlohmann/json.hpp>

#include "reproduce/base/text.hpp"

namespace reproduce::report {

using nlohmann::ordered_json;

std::string lock_check_text(const LockCheck& check, const DiffStyle& style) {
  if (check.is_current()) return "yes: " + quote(check.file) + " is what `reproduce lock` writes\n";
  std::string text = "no: `reproduce lock` would change " + quote(check.file) + "\n";
  // Where neither register nor input differs, the lines say all.
  if (!check.comparison.same) text += diagnosis_text(check.comparison, style);
  text += "\n";
  for (const std::string& line : check.lines.lines) text += printable(line) + "\n";
  if (check.lines.shortened) text += "(and more lines)\n";
  return text;
}

std::string lock_check_json(const LockCheck& check) {
  ordered_json lines = ordered_json::array();
  for (const std::string& line : check.lines.lines) lines.push_back(printable(line));
  const ordered_json json{{"schema", "reproduce/lock-check/1"},
                          {"file", printable(check.file)},
                          {"current", check.is_current()},
                          {"lines", lines},
                          {"shortened", check.lines.shortened},
                          {"diff", ordered_json::parse(diff_json(check.comparison))}};
  constexpr int indent = 2;
  return json.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace reproduce::report

#include "content_words.hpp"

#include <algorithm>

#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

void add_lines(std::vector<std::string>& lines, const content::Difference& difference,
               const std::string& indent, bool all) {
  lines.push_back(indent + printable(difference.summary));
  if (all)
    for (const std::string& line : difference.lines) lines.push_back(indent + shown_line(line));
  for (const content::Part& part : difference.parts) {
    lines.push_back(indent + "in " + quote(part.name) + ":");
    add_lines(lines, part.difference, indent + "  ", all);
  }
  if (all && difference.shortened && difference.parts.empty())
    lines.push_back(indent + "... (a limit was reached)");
}

}  // namespace

std::string shown_line(std::string_view line) {
  std::string shown;
  while (true) {
    const std::size_t end = line.find_first_of("\t\\");
    shown += printable(line.substr(0, end));
    if (end == std::string_view::npos) return shown;
    shown += line[end];
    line.remove_prefix(end + 1);
  }
}

std::vector<std::string> content_lines(const content::Difference& difference, bool all) {
  std::vector<std::string> lines;
  add_lines(lines, difference, "", all);
  return lines;
}

nlohmann::ordered_json content_record(const content::Difference& difference) {
  using nlohmann::ordered_json;
  ordered_json lines = ordered_json::array();
  for (const std::string& line : difference.lines) lines.push_back(shown_line(line));
  ordered_json culprits = ordered_json::array();
  for (const content::Culprit culprit : difference.culprits)
    culprits.push_back({{"name", name_of(culprit)},
                        {"words", explanation_of(culprit)},
                        {"advice", remedy_of(culprit)}});
  ordered_json parts = ordered_json::array();
  for (const content::Part& part : difference.parts)
    parts.push_back(
        {{"name", printable(part.name)}, {"difference", content_record(part.difference)}});
  return {{"form", name_of(difference.form)}, {"summary", printable(difference.summary)},
          {"lines", std::move(lines)},        {"culprits", std::move(culprits)},
          {"parts", std::move(parts)},        {"shortened", difference.shortened}};
}

}  // namespace reproduce::report

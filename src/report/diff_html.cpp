#include "reproduce/report/diff.hpp"
#include "reproduce/report/html.hpp"

namespace reproduce::report {

std::string diff_html(const diff::Comparison& comparison) {
  const std::string title = comparison.before.name + " and " + comparison.after.name;
  const std::string text = diff_text(
      comparison,
      {.full = true, .strong = [](std::string_view words) { return std::string(words); }});
  return html_page({.title = title, .text = text, .document = diff_json(comparison)});
}

}  // namespace reproduce::report

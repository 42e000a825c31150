#include "reproduce/report/gate.hpp"

#include <algorithm>
#include <array>

#include "markdown.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/percent.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;

/// Text between tags or in an attribute (XML 1.0, sections 2.2 and 2.4). Printable text has no
/// control characters, which XML has no way to write.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string xml_printable(std::string_view text) {
  return xml(printable(text));
}

/// The lines of a text of ours, in which what is hostile is escaped already.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines.emplace_back(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

std::size_t count(const GateReport& report, GateOutcome outcome) {
  return static_cast<std::size_t>(
      std::count_if(report.checks.begin(), report.checks.end(),
                    [outcome](const GateCheck& check) { return check.outcome == outcome; }));
}

std::string junit_case(const GateReport& report, const GateCheck& check) {
  const std::string words = xml_printable(check.words);
  std::string inside;
  switch (check.outcome) {
    case GateOutcome::pass:
      break;
    case GateOutcome::fail:
      inside = "<failure message=\"" + words + "\">" + words + "</failure>";
      break;
    case GateOutcome::trouble:
      inside = "<error message=\"" + words + "\">" + words + "</error>";
      break;
    case GateOutcome::warning:
      inside = "<system-out>warning: " + words + "</system-out>";
      break;
    case GateOutcome::skipped:
      inside = "<skipped>" + words + "</skipped>";  // Jenkins' schema knows no attribute here
      break;
  }
  return "    <testcase classname=\"reproduce." + xml(report.verb) + "\" name=\"" +
         xml_printable(check.name) + "\"" + (inside.empty() ? "/>" : ">" + inside + "</testcase>") +
         "\n";
}

std::string register_rows(const GateReport& report) {
  std::string text;
  for (const GateRegister& row : report.registers) {
    text += name_of_register(row.index);
    if (!row.expected.empty()) text += " expected " + row.expected;
    text += " got " + (row.got.empty() ? "nothing" : row.got) + "\n";
  }
  return text;
}

std::string_view sarif_level(GateOutcome outcome) {
  return outcome == GateOutcome::warning ? "warning" : "error";
}

/// A relative reference.
std::string uri_of(std::string_view file) {
  return percent_encoded(file, "/");
}

std::string_view mark_of(GateOutcome outcome) {
  constexpr std::array<std::string_view, 5> marks{"✅ pass", "❌ fail", "🛑 trouble",
                                                  "⚠️ warning", "not checked"};
  return marks.at(static_cast<std::size_t>(outcome));
}

std::string cell(const std::string& hex) {
  return hex.empty() ? "" : "`" + hex + "`";
}

}  // namespace

GateReport gate_report_of(const Error& error, int exit_code, const std::string& verb,
                          const std::string& tool_version, const std::string& subject) {
  std::string words = error.what();
  const ErrorContext& context = error.context();
  const std::pair<const char*, const std::string*> parts[] = {{"in ", &context.file},
                                                              {"expected ", &context.expected},
                                                              {"got ", &context.got},
                                                              {"", &context.hint}};
  for (const auto& [word, value] : parts)
    if (!value->empty()) words += "; " + (word + *value);
  return {.verb = verb,
          .tool_version = tool_version,
          .subject = context.file.empty() ? subject : context.file,
          .sentence = "no answer: " + std::string(error.what()),
          .exit_code = exit_code,
          .checks = {{.name = verb, .outcome = GateOutcome::trouble, .words = words}}};
}

std::string gate_junit(const GateReport& report) {
  const std::string counts = " tests=\"" + std::to_string(report.checks.size()) + "\" failures=\"" +
                             std::to_string(count(report, GateOutcome::fail)) + "\" errors=\"" +
                             std::to_string(count(report, GateOutcome::trouble)) + "\"";
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts +
                     ">\n  <testsuite name=\"reproduce " + xml(report.verb) + " " +
                     xml_printable(report.subject) + "\"" + counts + " skipped=\"" +
                     std::to_string(count(report, GateOutcome::skipped)) + "\">\n";
  for (const GateCheck& check : report.checks) text += junit_case(report, check);
  text += "    <system-out>" + xml_printable(report.sentence) + "\n" + xml(register_rows(report));
  for (const std::string& line : lines_of(report.diagnosis)) text += xml(line) + "\n";
  return text + "</system-out>\n  </testsuite>\n</testsuites>\n";
}

std::string gate_sarif(const GateReport& report) {
  ordered_json rules = ordered_json::array();
  ordered_json results = ordered_json::array();
  for (const GateCheck& check : report.checks) {
    if (check.outcome == GateOutcome::pass || check.outcome == GateOutcome::skipped) continue;
    const std::string rule = "reproduce/" + report.verb + "/" + printable(check.name);
    const bool is_known = std::any_of(
        rules.begin(), rules.end(), [&](const ordered_json& known) { return known["id"] == rule; });
    if (!is_known) rules.push_back({{"id", rule}, {"name", printable(check.name)}});
    results.push_back(
        {{"ruleId", rule},
         {"level", sarif_level(check.outcome)},
         {"message", {{"text", printable(check.words)}}},
         {"locations",
          {{{"physicalLocation", {{"artifactLocation", {{"uri", uri_of(report.subject)}}}}}}}}});
  }
  const ordered_json run{
      {"tool",
       {{"driver", {{"name", "reproduce"}, {"version", report.tool_version}, {"rules", rules}}}}},
      {"invocations",
       {{{"executionSuccessful", count(report, GateOutcome::trouble) == 0},
         {"exitCode", report.exit_code},
         {"exitCodeDescription", printable(report.sentence)}}}},
      {"results", results}};
  const ordered_json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                         {"version", "2.1.0"},
                         {"runs", {run}}};
  constexpr int indent = 2;
  return log.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string gate_markdown(const GateReport& report) {
  std::string text = "### reproduce " + report.verb + " " + plain(printable(report.subject)) +
                     "\n\n**" + plain(printable(report.sentence)) + "** (exit code " +
                     std::to_string(report.exit_code) + ")\n";
  if (!report.registers.empty()) {
    text += "\n| register | expected | got |\n|---|---|---|\n";
    for (const GateRegister& row : report.registers)
      text += "| PCR" + std::to_string(row.index) + " | " + cell(row.expected) + " | " +
              cell(row.got) + " |\n";
  }
  if (!report.diagnosis.empty()) text += "\n" + block(lines_of(report.diagnosis), "");
  if (!report.checks.empty()) {
    text += "\n| check | outcome | |\n|---|---|---|\n";
    for (const GateCheck& check : report.checks)
      text += "| " + plain(printable(check.name)) + " | " + std::string(mark_of(check.outcome)) +
              " | " + plain(printable(check.words)) + " |\n";
  }
  return text;
}

}  // namespace reproduce::report

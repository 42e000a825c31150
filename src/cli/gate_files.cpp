#include "gate_files.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "version.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::cli {
namespace {

constexpr std::array<std::string_view, 4> formats{"junit", "sarif", "markdown", "json"};

struct Wanted {
  std::string_view format;
  std::string file;
};

Error bad_words(const std::string& problem, std::string_view got) {
  return {ErrorKind::usage,
          problem,
          {.expected = "FORMAT=FILE, with a comma between several; formats are junit, sarif, "
                       "markdown and json",
           .got = std::string(got)}};
}

Wanted parse_one(std::string_view word) {
  const std::size_t sign = word.find('=');
  for (const std::string_view format : formats)
    if (sign != std::string_view::npos && word.substr(0, sign) == format && word.size() > sign + 1)
      return {.format = format, .file = std::string(word.substr(sign + 1))};
  throw bad_words("--report names no format and file", word);
}

std::vector<Wanted> parse(const std::vector<std::string>& words) {
  std::vector<Wanted> wanted;
  std::set<std::string> files;
  for (const std::string& list : words) {
    std::string_view rest = list;
    for (;;) {
      const std::string_view word = rest.substr(0, rest.find(','));
      wanted.push_back(parse_one(word));
      if (!files.insert(wanted.back().file).second)
        throw bad_words("--report names a file twice", wanted.back().file);
      if (word.size() == rest.size()) break;
      rest.remove_prefix(word.size() + 1);
    }
  }
  return wanted;
}

std::string content_of(std::string_view format, const GateFindings& findings) {
  if (format == "junit") return report::gate_junit(findings.report);
  if (format == "sarif") return report::gate_sarif(findings.report);
  if (format == "markdown") return report::gate_markdown(findings.report);
  return findings.json;
}

void write_files(const std::vector<Wanted>& wanted, const GateFindings& findings) {
  for (const Wanted& one : wanted) {
    AtomicFile file(one.file);
    const std::string content = content_of(one.format, findings);
    file.write(as_bytes(content));
    file.publish();
  }
}

}  // namespace

void add_report_option(CLI::App& app, std::vector<std::string>& words) {
  app.add_option("--report", words,
                 "write what was found for a CI system: junit, sarif, markdown or json; several "
                 "with commas")
      ->type_name("FORMAT=FILE")
      ->allow_extra_args(false);
}

bool answered_in_json(const Terminal& terminal, GateFindings& findings,
                      const std::function<std::string()>& json) {
  if (terminal.json() || findings.wants_json) findings.json = json();
  if (terminal.json()) terminal.answer(findings.json);
  return terminal.json();
}

ExitCode gated(const GateRequest& request, const Terminal& terminal,
               const std::function<ExitCode(GateFindings&)>& work) {
  const std::vector<Wanted> wanted = parse(request.words);
  GateFindings findings{
      .report = {.verb = request.verb, .tool_version = version, .subject = request.subject},
      .wants_json = std::any_of(wanted.begin(), wanted.end(),
                                [](const Wanted& one) { return one.format == "json"; }),
      .json = {}};
  ExitCode code = ExitCode::yes;
  try {
    code = work(findings);
  } catch (const Error& error) {
    try {
      const int exit_code = static_cast<int>(exit_code_of(error.kind()));
      write_files(wanted, {.report = report::gate_report_of(error, exit_code, request.verb, version,
                                                            request.subject),
                           .wants_json = true,
                           .json = error_json(error)});
    } catch (const Error& second) {
      // The first error is the answer; this one only says why a file is missing.
      terminal.warning("no report: " + std::string(second.what()) + " (" +
                       quote(second.context().file) + ")");
    }
    throw;
  }
  findings.report.exit_code = static_cast<int>(code);
  write_files(wanted, findings);
  return code;
}

}  // namespace reproduce::cli

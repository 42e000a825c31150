#pragma once

/// --report: what a verb found, in files for those who gate on it.

#include <functional>
#include <string>
#include <vector>

#include "exit_code.hpp"
#include "terminal.hpp"
#include <CLI/CLI.hpp>

#include "reproduce/report/gate.hpp"

namespace reproduce::cli {

/// Adds --report to a verb.
void add_report_option(CLI::App& app, std::vector<std::string>& words);

/// What a verb tells of its work, besides what it prints.
struct GateFindings {
  report::GateReport report;
  bool wants_json = false;  ///< somebody said --report json=FILE
  std::string json;         ///< what --json prints, where it is wanted
};

/// Prints `json()` under --json and keeps it for --report, and calls it only where one of them
/// wants it: of two large images it takes a while. Says whether it was printed, and people get
/// nothing.
[[nodiscard]] bool answered_in_json(const Terminal& terminal, GateFindings& findings,
                                    const std::function<std::string()>& json);

struct GateRequest {
  const std::vector<std::string>& words;  ///< of --report: FORMAT=FILE, with commas between several
  std::string verb;
  std::string subject;
};

/// Runs `work` and writes the files that were asked for, also when it throws: then they say so. The
/// exit code is that of the work; when the work was done and a file cannot be written, that is
/// Error{environment}, so that no gate reads an old file. Throws Error{usage}, before any work,
/// for words that name no format.
[[nodiscard]] ExitCode gated(const GateRequest& request, const Terminal& terminal,
                             const std::function<ExitCode(GateFindings&)>& work);

}  // namespace reproduce::cli

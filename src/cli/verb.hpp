#pragma once

/// What a verb is to main(): a part of the command line and what it does.

#include <functional>
#include <string>
#include <vector>

#include "exit_code.hpp"
#include "terminal.hpp"
#include <CLI/CLI.hpp>

namespace reproduce::cli {

/// Runs the verb with the options that its subcommand has parsed. Trouble is
/// thrown as Error; the return value answers the question.
using Action = std::function<ExitCode(const Terminal&)>;

struct Verb {
  CLI::App* app;  ///< owned by the root command
  Action action;
};

/// Help that people read: shown by `--help` and in docs/cli.md from one source.
struct Help {
  std::string name;
  std::string sentence;               ///< what it does, one sentence, no full stop
  std::vector<std::string> examples;  ///< whole command lines that work
  std::string details;                ///< paragraphs; may be empty
  std::string page;                   ///< the page of docs to read on
  std::string operands{};             ///< where their names alone do not say how they stand
};

/// Adds the subcommand `help.name` to `root` with its help.
[[nodiscard]] CLI::App* add_subcommand(CLI::App& root, const Help& help);

/// The help that `app` was added with.
[[nodiscard]] const Help& help_of(const CLI::App& app);

// One function a verb, each in its own cmd_NAME.cpp.
[[nodiscard]] Verb add_build(CLI::App& root);
[[nodiscard]] Verb add_lock(CLI::App& root);
[[nodiscard]] Verb add_fetch(CLI::App& root);
[[nodiscard]] Verb add_measure(CLI::App& root);
[[nodiscard]] Verb add_inspect(CLI::App& root);
[[nodiscard]] Verb add_extract(CLI::App& root);
[[nodiscard]] Verb add_diff(CLI::App& root);
[[nodiscard]] Verb add_verify(CLI::App& root);
[[nodiscard]] Verb add_sign(CLI::App& root);
[[nodiscard]] Verb add_export(CLI::App& root);
[[nodiscard]] Verb add_attest(CLI::App& root);
[[nodiscard]] Verb add_run(CLI::App& root);
[[nodiscard]] Verb add_store(CLI::App& root);
[[nodiscard]] Verb add_completion(CLI::App& root);
[[nodiscard]] Verb add_help(CLI::App& root);

}  // namespace reproduce::cli

#include "verb.hpp"
namespace reproduce::cli {
Verb add_measure(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root, {.name = "measure", .sentence = "x", .examples = {}, .details = "", .page = ""});
  return {app, [](const Terminal&) { return ExitCode::yes; }};
}
}  // namespace reproduce::cli

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exit_code.hpp"
#include "field_option.hpp"
#include "gate_files.hpp"
#include "subjects.hpp"
#include "verb.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/report/diff.hpp"
#include "reproduce/report/gate_findings.hpp"

namespace reproduce::cli {
namespace {

struct Options {
  std::string before, after;
  bool full = false;
  bool markdown = false;
  std::optional<std::string> field;
  std::string html;
  std::vector<std::string> reports;
};

/// Whole, or not at all.
void write_page(const std::string& path, const diff::Comparison& comparison) {
  AtomicFile file(path);
  file.write(as_bytes(report::diff_html(comparison)));
  file.publish();
}

ExitCode run(const Options& options, const Terminal& terminal, GateFindings& findings) {
  if (options.before == "-" && options.after == "-")
    throw Error(ErrorKind::usage, "only one of the two can come from standard input");
  if (options.markdown && terminal.json())
    throw Error(ErrorKind::usage, "--markdown and --json exclude each other");
  const diff::Comparison comparison =
      compare_subjects(options.before, options.after, terminal, options.field);
  if (!options.html.empty()) write_page(options.html, comparison);
  if (!options.reports.empty()) report::tell_gate(findings.report, comparison);
  if (answered_in_json(terminal, findings, [&] { return report::diff_json(comparison); }))
    return comparison.same ? ExitCode::yes : ExitCode::no;
  if (options.markdown)
    terminal.answer(report::diff_markdown(comparison, options.full));
  else
    terminal.answer_to_people(report::diff_text(
        comparison,
        {.full = options.full || terminal.verbose(),
         .strong = [&](std::string_view text) { return terminal.paint(text, Colour::bold); }}));
  return comparison.same ? ExitCode::yes : ExitCode::no;
}

}  // namespace

Verb add_diff(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "diff",
       .sentence =
           "Says in what two images differ, or what pins them, and which registers that moves",
       .examples = {"reproduce diff old.eif new.eif", "reproduce diff --full old.eif new.eif",
                    "reproduce diff --html page.html old.eif new.eif",
                    "reproduce diff --markdown old.eif new.eif >comment.md",
                    "reproduce diff enclave.lock new.eif",
                    "reproduce diff pcrs.json attestation.b64",
                    "reproduce diff --field attestation pcrs.json response.json",
                    "reproduce diff --json old.eif new.eif | jq .headline"},
       .details =
           "First which register moved and why, down to the file; then usual causes that were\n"
           "recognised, with what to do; then section by section what differs. Ramdisks are read\n"
           "as the kernel does and compared entry by entry. What no register measures (metadata,\n"
           "header) is said to be that. A malformed image is compared as far as a reader gets,\n"
           "which is said. Exit 0: the same, byte for byte; 1: different.\n\n"
           "Either may also be a lock, a file of registers (the JSON of nitro-cli, or lines\n"
           "`HEX PCRn`) or an attestation document, told apart by content. Then what both pin is\n"
           "compared: registers, and of locks and images sizes, sections and digests. A document\n"
           "may be wrapped as `verify` has it, is decoded and not verified; one of a NitroTPM is\n"
           "named as that, and not compared with what is of an enclave. Exit 0: nothing that both\n"
           "pin differs.\n",
       .page = "docs/formats/diff.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("OLD", options->before,
                  "an image, a lock, registers or a document; - for standard input")
      ->required();
  app->add_option("NEW", options->after, "likewise")->required();
  app->add_flag("--full", options->full, "every entry that differs, and whole digests");
  add_field_option(*app, options->field);
  app->add_option("--html", options->html,
                  "also write a page to look at: one file, for any browser")
      ->type_name("FILE");
  app->add_flag("--markdown", options->markdown, "for a comment on a pull request");
  add_report_option(*app, options->reports);
  return {app, [options](const Terminal& terminal) {
            return gated({.words = options->reports, .verb = "diff", .subject = options->after},
                         terminal,
                         [&](GateFindings& findings) { return run(*options, terminal, findings); });
          }};
}

}  // namespace reproduce::cli

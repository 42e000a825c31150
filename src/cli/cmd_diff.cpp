#include <memory>
#include <string>

#include "exit_code.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "verb.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/diff/images.hpp"
#include "reproduce/diff/pins.hpp"
#include "reproduce/inspect/inspect.hpp"
#include "reproduce/report/diff.hpp"

namespace reproduce::cli {
namespace {

struct Options {
  std::string before, after;
  bool full = false;
  bool markdown = false;
};

struct Subject {
  std::string name;
  std::unique_ptr<RandomAccess> file;
  diff::SubjectKind kind = diff::SubjectKind::image;

  [[nodiscard]] bool is_image() const noexcept { return kind == diff::SubjectKind::image; }
};

/// Runs `work` so that its errors name the subject.
template <typename Work>
auto about(const std::string& name, const Work& work) {
  try {
    return work();
  } catch (Error& error) {
    error.set_file_if_unknown(name);
    throw;
  }
}

Subject open_subject(const std::string& operand) {
  return about(operand_name(operand), [&] {
    Subject subject{.name = operand_name(operand), .file = open_seekable_operand(operand)};
    subject.kind = diff::detect_subject(*subject.file);
    return subject;
  });
}

diff::Comparison compare_two_images(const Subject& before, const Subject& after,
                                    const Terminal& terminal) {
  const diff::InspectedPair inspected = [&] {
    Progress progress(terminal, "reading", before.file->size() + after.file->size());
    return diff::inspect_both(*before.file, *after.file, progress.callback());
  }();
  return diff::compare_images({before.name, *before.file, inspected.before},
                              {after.name, *after.file, inspected.after});
}

/// `beside_lock`: the other one is a lock, which pins the image's digest too.
diff::Pins pins_of(const Subject& subject, bool beside_lock, const Terminal& terminal) {
  return about(subject.name, [&] {
    if (!subject.is_image()) return diff::read_pins(subject.kind, subject.name, *subject.file);
    Progress progress(terminal, "reading", subject.file->size());
    const inspect::ImageInspection inspection =
        inspect::inspect_image(*subject.file, progress.callback());
    return diff::pins_of_image(subject.name, *subject.file, inspection, beside_lock);
  });
}

diff::Comparison compare(const Options& options, const Terminal& terminal) {
  const Subject before = open_subject(options.before);
  const Subject after = open_subject(options.after);
  if (before.is_image() && after.is_image()) return compare_two_images(before, after, terminal);
  const auto is_lock = [](const Subject& subject) {
    return subject.kind == diff::SubjectKind::lock;
  };
  return diff::compare_pins(pins_of(before, is_lock(after), terminal),
                            pins_of(after, is_lock(before), terminal));
}

ExitCode run(const Options& options, const Terminal& terminal) {
  if (options.before == "-" && options.after == "-")
    throw Error(ErrorKind::usage, "only one of the two can come from standard input");
  if (options.markdown && terminal.json())
    throw Error(ErrorKind::usage, "--markdown and --json exclude each other");
  const diff::Comparison comparison = compare(options, terminal);
  if (terminal.json())
    terminal.answer(report::diff_json(comparison));
  else if (options.markdown)
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
                    "reproduce diff --markdown old.eif new.eif >comment.md",
                    "reproduce diff enclave.lock new.eif",
                    "reproduce diff pcrs.json attestation.b64",
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
           "is decoded and not verified. Exit 0: nothing that both pin differs.\n",
       .page = "docs/formats/diff.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("OLD", options->before,
                  "an image, a lock, registers or a document; - for standard input")
      ->required();
  app->add_option("NEW", options->after, "likewise")->required();
  app->add_flag("--full", options->full, "every entry that differs, and whole digests");
  app->add_flag("--markdown", options->markdown, "for a comment on a pull request");
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli

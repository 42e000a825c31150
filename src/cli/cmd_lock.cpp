#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "building.hpp"
#include "exit_code.hpp"
#include "gate_files.hpp"
#include "image_signer.hpp"
#include "progress.hpp"
#include "store_option.hpp"
#include "verb.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/build/confined.hpp"
#include "reproduce/content/difference.hpp"
#include "reproduce/diff/pins.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/parse.hpp"
#include "reproduce/report/build.hpp"
#include "reproduce/report/gate_findings.hpp"
#include "reproduce/report/lock_check.hpp"
#include "reproduce/resolve/resolve.hpp"

namespace reproduce::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string manifest = "enclave.toml";
  bool check = false;
  std::vector<std::string> reports;
  FetchOptions fetch;
  SignOptions signing;
};

/// The lock that stands there now, for what its commands made. One that cannot be read is
/// about to be replaced.
std::optional<manifest::Lock> previous_lock(const fs::path& file) {
  try {
    return manifest::load_lock(file);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The pins of what is not of this machine, all of it in the store.
std::vector<manifest::Pin> resolve_inputs(const Options& options,
                                          const manifest::Manifest& manifest,
                                          const fs::path& lock_file, const Terminal& terminal) {
  if (!resolve::needs_store(manifest)) return {};
  const store::Store store(store_folder(options.fetch.store), store::Access::write);
  const resolve::Settings settings = fetch_settings(options.fetch, store.folder(), terminal);
  resolve::Resolved resolved =
      resolve::resolve(manifest, previous_lock(lock_file), store, settings);
  for (const std::string& note : resolved.notes) terminal.warning(note);
  return std::move(resolved.pins);
}

build::ConfinedLock make_lock(const Options& options, const manifest::Manifest& manifest,
                              const fs::path& lock_file, const Terminal& terminal) {
  const fs::path folder = lock_file.parent_path();
  const std::vector<manifest::Pin> resolved =
      resolve_inputs(options, manifest, lock_file, terminal);
  build::Surroundings surroundings =
      surroundings_for(options.fetch.store, manifest, folder.empty() ? "." : folder);
  ImageSigner signer(manifest, options.signing, OutOfDate::refused);
  if (manifest.sign) surroundings.signer = signer.signer();
  Progress progress(terminal, "locking", 0);
  build::ConfinedLock locked = build::lock_confined(
      manifest, resolved, surroundings, sandbox_mode(options.fetch.sandbox), progress.callback());
  build::Warnings& warnings = locked.made.warnings;
  warnings.insert(warnings.end(), signer.warnings().begin(), signer.warnings().end());
  return locked;
}

void tell_around(const build::ConfinedLock& locked, const Terminal& terminal) {
  for (const std::string& warning : locked.made.warnings) terminal.warning(warning);
  tell_sandbox(terminal, locked.report);
}

ExitCode write(const Options& options, const manifest::Manifest& manifest,
               const fs::path& lock_file, const Terminal& terminal) {
  AtomicFile file(lock_file);
  const build::ConfinedLock locked = make_lock(options, manifest, lock_file, terminal);
  const std::string text = manifest::write_lock(locked.made.lock);
  file.write(as_bytes(text));
  file.publish();
  tell_around(locked, terminal);
  if (terminal.json())
    terminal.answer(text);
  else
    terminal.answer_to_people(report::lock_text(lock_file.string(), locked.made));
  return ExitCode::yes;
}

/// Whether `lock` would write what stands there already. A lock that cannot be read is an error.
ExitCode check(const Options& options, const manifest::Manifest& manifest,
               const fs::path& lock_file, const Terminal& terminal, GateFindings& findings) {
  (void)manifest::load_lock(lock_file);
  const Bytes there = read_file(lock_file, manifest::max_lock_size, "lock");
  const build::ConfinedLock locked = make_lock(options, manifest, lock_file, terminal);
  const std::string made = manifest::write_lock(locked.made.lock);
  tell_around(locked, terminal);
  const std::string name = lock_file.string();
  const RandomAccessBytes before(there);
  const RandomAccessBytes after(as_bytes(made));
  const auto pins = [](const std::string& of, const RandomAccess& file) {
    return diff::read_pins(diff::SubjectKind::lock, of, file);
  };
  const report::LockCheck result{
      .file = name,
      .lines = content::compare(name, before, after),
      .comparison = diff::compare_pins(pins(name, before), pins("the lock made anew", after))};
  report::tell_gate(findings.report, result);
  if (!answered_in_json(terminal, findings, [&] { return report::lock_check_json(result); }))
    terminal.answer_to_people(report::lock_check_text(
        result,
        {.strong = [&](std::string_view text) { return terminal.paint(text, Colour::bold); }}));
  return result.is_current() ? ExitCode::yes : ExitCode::no;
}

ExitCode run(const Options& options, const Terminal& terminal) {
  if (!options.check && !options.reports.empty())
    throw Error(ErrorKind::usage, "--report goes with --check");
  return gated({.words = options.reports, .verb = "lock", .subject = options.manifest}, terminal,
               [&](GateFindings& findings) {
                 const manifest::Manifest manifest = manifest::load_manifest(options.manifest);
                 const fs::path lock_file = manifest::lock_path_for(manifest.file);
                 return options.check ? check(options, manifest, lock_file, terminal, findings)
                                      : write(options, manifest, lock_file, terminal);
               });
}

}  // namespace

Verb add_lock(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root, {.name = "lock",
             .sentence = "Pins every input of a manifest, and the image that they make",
             .examples = {"reproduce lock", "reproduce lock app/enclave.toml && git diff app",
                          "reproduce lock --check"},
             .details = "Writes the lock beside the manifest: enclave.toml, enclave.lock. Keep it "
                        "in version\ncontrol: a build uses exactly what it pins. With --json the "
                        "lock goes to stdout too.\nWhat is not a file of this machine (URLs, "
                        "packages, images of registries, what a\n[[command]] makes) is brought to "
                        "the store on the way.\n\n"
                        "--check writes no lock: exit 0 when the lock is what would be written, 1 "
                        "when it is\nstale, or the same inputs now make another image; with what "
                        "differs. A tag or a\npackage that has moved on counts, too.\n",
             .page = "docs/formats/lock.md"});
  const auto options = std::make_shared<Options>();  // outlives this call
  app->add_option("MANIFEST", options->manifest, "default: enclave.toml")->type_name("");
  app->add_flag("--check", options->check, "whether the lock is up to date; writes none");
  add_report_option(*app, options->reports);
  add_fetch_options(*app, options->fetch);
  add_sign_options(*app, options->signing);
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli

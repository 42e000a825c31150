#include <filesystem>
#include <memory>
#include <string>

#include "exit_code.hpp"
#include "progress.hpp"
#include "verb.hpp"
#include "version.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/build/build.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/parse.hpp"
#include "reproduce/report/build.hpp"

namespace reproduce::cli {
namespace {

ExitCode run(const std::string& manifest_file, const Terminal& terminal) {
  const manifest::Manifest manifest = manifest::load_manifest(manifest_file);
  const std::filesystem::path lock_file = manifest::lock_path_for(manifest.file);
  const std::filesystem::path folder = lock_file.parent_path();
  AtomicFile file(lock_file);
  const build::MadeLock made = [&] {
    Progress progress(terminal, "locking", 0);
    return build::make_lock(
        manifest, {}, {.tool_version = version, .scratch_folder = folder.empty() ? "." : folder},
        progress.callback());
  }();
  const std::string text = manifest::write_lock(made.lock);
  file.write(as_bytes(text));
  file.publish();
  for (const std::string& warning : made.warnings) terminal.warning(warning);
  if (terminal.json())
    terminal.answer(text);
  else
    terminal.answer_to_people(report::lock_text(lock_file.string(), made));
  return ExitCode::yes;
}

}  // namespace

Verb add_lock(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root, {.name = "lock",
             .sentence = "Pins every input of a manifest, and the image that they make",
             .examples = {"reproduce lock", "reproduce lock app/enclave.toml && git diff app"},
             .details = "Writes the lock beside the manifest: enclave.toml, enclave.lock. Keep it "
                        "in version\ncontrol: a build uses exactly what it pins. With --json the "
                        "lock goes to stdout too.\n",
             .page = "docs/formats/lock.md"});
  const auto manifest = std::make_shared<std::string>("enclave.toml");  // outlives this call
  app->add_option("MANIFEST", *manifest, "default: enclave.toml");
  return {app, [manifest](const Terminal& terminal) { return run(*manifest, terminal); }};
}

}  // namespace reproduce::cli

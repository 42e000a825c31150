#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "exit_code.hpp"
#include "store_option.hpp"
#include "verb.hpp"

#include "reproduce/base/text.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/parse.hpp"
#include "reproduce/report/fetch.hpp"
#include "reproduce/resolve/resolve.hpp"

namespace reproduce::cli {
namespace {

struct Options {
  std::string manifest = "enclave.toml";
  FetchOptions fetch;
};

/// What of the store belongs to the lock.
report::FetchedInputs count(const manifest::Lock& lock, const store::Store& store) {
  report::FetchedInputs fetched{.store = store.folder().string()};
  fetched.inputs = static_cast<std::uint64_t>(
      std::count_if(lock.inputs.begin(), lock.inputs.end(),
                    [](const manifest::Pin& pin) { return pin.origin != manifest::Origin::path; }));
  for (const Sha256Digest& digest : resolve::objects_of(lock, store)) {
    const auto object = store.find(digest);
    if (!object) continue;  // removed meanwhile
    ++fetched.objects.count;
    fetched.objects.bytes += object->size;
  }
  return fetched;
}

ExitCode run(const Options& options, const Terminal& terminal) {
  const manifest::Manifest manifest = manifest::load_manifest(options.manifest);
  const std::filesystem::path lock_file = manifest::lock_path_for(manifest.file);
  const manifest::Lock lock = manifest::load_lock(lock_file);
  manifest::require_fresh(lock, manifest, lock_file);
  report::FetchedInputs fetched;  // where nothing is fetched, no store is made
  if (resolve::needs_store(manifest)) {
    const store::Store store(store_folder(options.fetch.store), store::Access::write);
    const resolve::Settings settings = fetch_settings(options.fetch, store.folder(), terminal);
    for (const std::string& note : resolve::fetch_locked(manifest, lock, store, settings))
      terminal.warning(note);
    fetched = count(lock, store);
  }
  if (terminal.json())
    terminal.answer(report::fetch_json(fetched));
  else
    terminal.answer_to_people(report::fetch_text(fetched));
  return ExitCode::yes;
}

}  // namespace

Verb add_fetch(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root, {.name = "fetch",
             .sentence = "Brings everything that a lock names to the store",
             .examples = {"reproduce fetch", "reproduce fetch app/enclave.toml --store /srv/store"},
             .details = "URLs, packages and images of registries, each held to the digest that the "
                        "lock has.\nBuilding never uses the network: it reads the store. What a "
                        "[[command]] made is\nmade again only with --run.",
             .page = "docs/formats/store.md, docs/formats/manifest.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("MANIFEST", options->manifest, "default: enclave.toml")->type_name("");
  add_fetch_options(*app, options->fetch);
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli

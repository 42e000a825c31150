#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "exit_code.hpp"
#include "progress.hpp"
#include "store_option.hpp"
#include "verb.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/report/fetch.hpp"
#include "reproduce/resolve/resolve.hpp"
#include "reproduce/store/maintenance.hpp"

namespace reproduce::cli {
namespace {

struct Options {
  std::string action;
  std::vector<std::string> locks;
  std::string keep_days = "30";
  StoreOptions store;
};

/// The folder of the store. One that was named and is not there is a slip of the pen, whereas the
/// usual one appears with the first input that is fetched.
std::filesystem::path existing_folder(const Options& options, const Terminal& terminal) {
  std::filesystem::path folder = store_folder(options.store);
  if (std::filesystem::exists(folder)) return folder;
  if (!options.store.folder.empty())
    throw Error(ErrorKind::environment, "there is no such store",
                {.file = folder.string(), .hint = "check --store"});
  terminal.note("there is no store in " + quote(folder.string()) +
                " yet; `reproduce lock` and `reproduce fetch` make it");
  return folder;
}

ExitCode verify(const Options& options, const Terminal& terminal) {
  const store::Store store(existing_folder(options, terminal), store::Access::read);
  Progress progress(terminal, "verifying", 0);
  std::uint64_t done = 0;
  const store::Verification verification = store::verify(store, [&](std::uint64_t bytes) {
    progress.update(done);
    done += bytes;
  });
  const std::string folder = store.folder().string();
  if (terminal.json())
    terminal.answer(report::verification_json(folder, verification));
  else
    terminal.answer_to_people(report::verification_text(folder, verification));
  const bool is_damaged = std::any_of(
      verification.findings.begin(), verification.findings.end(),
      [](const store::Finding& finding) { return finding.fault == store::Fault::corrupt; });
  if (is_damaged) terminal.note("hint: `reproduce fetch` brings what is corrupt again");
  return is_damaged ? ExitCode::no : ExitCode::yes;
}

ExitCode collect(const Options& options, const Terminal& terminal) {
  const auto days = parse_decimal(options.keep_days);
  constexpr std::uint64_t most_days = 36500;
  if (!days || *days > most_days)
    throw Error(ErrorKind::usage, "--keep-days is not a number of days",
                {.expected = "0 to " + std::to_string(most_days), .got = quote(options.keep_days)});
  const store::Store store(existing_folder(options, terminal), store::Access::read);
  store::Keep keep;
  for (const std::string& lock : options.locks)
    keep.objects.merge(resolve::objects_of(manifest::load_lock(lock), store));
  constexpr std::int64_t seconds_a_day = 86400;
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  keep.since = now.count() - static_cast<std::int64_t>(*days) * seconds_a_day;
  // Nothing is added in the second in which everything may go.
  if (*days == 0) ++keep.since;
  const store::Collection collection = store::gc(store, keep);
  const std::string folder = store.folder().string();
  if (terminal.json())
    terminal.answer(report::collection_json(folder, collection));
  else
    terminal.answer_to_people(report::collection_text(folder, collection));
  return ExitCode::yes;
}

ExitCode run(const Options& options, const Terminal& terminal) {
  if (options.action == "gc") return collect(options, terminal);
  if (!options.locks.empty())
    throw Error(ErrorKind::usage, "`store verify` reads the whole store and takes no lock",
                {.got = quote(options.locks.front())});
  return verify(options, terminal);
}

}  // namespace

Verb add_store(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "store",
       .sentence = "Looks after the store of fetched inputs",
       .examples = {"reproduce store verify", "reproduce store gc app/enclave.lock --keep-days 7"},
       .details = "verify reads every object and names those whose bytes are not what their name "
                  "says\n(exit code 1). gc removes what none of the given locks names and what is "
                  "older than\n--keep-days.",
       .page = "docs/formats/store.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("ACTION", options->action, "verify or gc")
      ->required()
      ->check(CLI::IsMember({"verify", "gc"}))
      ->type_name("");
  app->add_option("LOCK", options->locks, "locks whose inputs gc keeps")->type_name("...");
  app->add_option("--keep-days", options->keep_days,
                  "gc also keeps what was added in so many days; default: 30")
      ->type_name("N");
  add_store_option(*app, options->store);
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli

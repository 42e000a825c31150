#include "store_option.hpp"

#include <array>
#include <cstdlib>
#include <optional>

#include "fetch_progress.hpp"
#include "temporary_place.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::cli {
namespace {

constexpr const char* fetch_group = "Fetching";

/// A variable that is set to something.
std::optional<std::string> variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::string first_of(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (auto value = variable(name)) return *std::move(value);
  return {};
}

/// What apt and skopeo may see of this process's environment.
std::vector<std::string> passed_on() {
  constexpr std::array names{"HOME",        "XDG_RUNTIME_DIR", "http_proxy", "https_proxy",
                             "HTTPS_PROXY", "HTTP_PROXY",      "no_proxy",   "NO_PROXY"};
  std::vector<std::string> environment;
  for (const char* name : names)
    if (const auto value = variable(name)) environment.push_back(name + ("=" + *value));
  return environment;
}

/// Programs run in folders of their own, where a relative path would mean something else.
std::filesystem::path absolute(const std::string& path) {
  return path.empty() ? std::filesystem::path() : std::filesystem::absolute(path);
}

}  // namespace

void add_store_option(CLI::App& app, StoreOptions& options) {
  app.add_option("--store", options.folder,
                 "where fetched inputs are kept; default: ~/.cache/reproduce")
      ->type_name("DIR");
}

std::filesystem::path store_folder(const StoreOptions& options) {
  if (!options.folder.empty()) return options.folder;
  if (const auto cache = variable("XDG_CACHE_HOME"); cache && cache->starts_with('/'))
    return std::filesystem::path(*cache) / "reproduce";
  if (const auto home = variable("HOME"))
    return std::filesystem::path(*home) / ".cache" / "reproduce";
  throw Error(
      ErrorKind::usage, "there is no place for the store",
      {.expected = "HOME or XDG_CACHE_HOME in the environment", .hint = "say `--store DIR`"});
}

inputs::StoreLookup lookup_in(const std::filesystem::path& folder) {
  return [folder](const Sha256Digest& digest) -> std::optional<std::filesystem::path> {
    const store::Store store(folder, store::Access::read);
    if (!store.find(digest)) return std::nullopt;
    return store.path_of(digest);
  };
}

void add_fetch_options(CLI::App& app, FetchOptions& options) {
  add_store_option(app, options.store);
  app.add_flag("--run", options.run_commands, "run the [[command]]s of the manifest")
      ->group(fetch_group);
  app.add_option("--ca-file", options.ca_file,
                 "authorities for URLs, in place of the system's; PEM")
      ->type_name("FILE")
      ->group(fetch_group);
  app.add_option("--registry-certs", options.certificates,
                 "a folder of *.crt, more authorities for registries")
      ->type_name("DIR")
      ->group(fetch_group);
  app.add_option("--authfile", options.auth_file,
                 "credentials for registries, as `skopeo login` writes them")
      ->type_name("FILE")
      ->group(fetch_group);
  add_sandbox_option(app, options.sandbox);
}

resolve::Settings fetch_settings(const FetchOptions& options,
                                 const std::filesystem::path& scratch_folder,
                                 const Terminal& terminal) {
  const fetch::Programs programs{.environment = passed_on()};
  resolve::Settings settings;
  settings.url.ca_file = options.ca_file;
  settings.url.proxy = first_of({"https_proxy", "HTTPS_PROXY"});
  settings.url.no_proxy = first_of({"no_proxy", "NO_PROXY"});
  settings.apt.programs = programs;
  settings.apt.scratch_folder = std::filesystem::absolute(scratch_folder);
  settings.registry.programs = programs;
  settings.registry.scratch_folder = std::filesystem::absolute(scratch_folder);
  settings.registry.certificates = absolute(options.certificates);
  settings.registry.auth_file =
      absolute(options.auth_file.empty() ? first_of({"REGISTRY_AUTH_FILE"}) : options.auth_file);
  settings.scratch_folder = temporary_place();
  settings.run_commands = options.run_commands;
  settings.sandbox = sandbox_mode(options.sandbox);
  settings.progress = fetch_progress(terminal);
  return settings;
}

void add_sandbox_option(CLI::App& app, std::string& sandbox) {
  app.add_option("--sandbox", sandbox, "auto, require, or off: what docs/sandbox.md describes")
      ->check(CLI::IsMember({"auto", "require", "off"}))
      ->type_name("MODE");
}

sandbox::Mode sandbox_mode(const std::string& sandbox) {
  if (sandbox == "off") return sandbox::Mode::off;
  return sandbox == "require" ? sandbox::Mode::require : sandbox::Mode::automatic;
}

void tell_sandbox(const Terminal& terminal, const sandbox::Report& report) {
  if (!terminal.verbose()) return;
  for (const std::string& part : report.in_force) terminal.note("sandbox: " + printable(part));
  for (const std::string& part : report.missing)
    terminal.note("sandbox: without " + printable(part));
}

}  // namespace reproduce::cli

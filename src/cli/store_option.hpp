#pragma once

/// Where fetched inputs are kept, and how what is fetched is reached: what several verbs have
/// in common.

#include <filesystem>
#include <string>

#include "terminal.hpp"
#include <CLI/CLI.hpp>

#include "reproduce/inputs/ledger.hpp"
#include "reproduce/resolve/resolve.hpp"
#include "reproduce/sandbox/report.hpp"

namespace reproduce::cli {

struct StoreOptions {
  std::string folder;  ///< empty: the default
};

void add_store_option(CLI::App& app, StoreOptions& options);

/// --store, else `reproduce` in XDG_CACHE_HOME, else in ~/.cache.
[[nodiscard]] std::filesystem::path store_folder(const StoreOptions& options);

/// Finds files in the store at `folder` without holding it open.
[[nodiscard]] inputs::StoreLookup lookup_in(const std::filesystem::path& folder);

/// How inputs are fetched, as far as the command line says it.
struct FetchOptions {
  StoreOptions store;
  std::string sandbox = "auto";
  std::string ca_file;       ///< more authorities for URLs, PEM
  std::string certificates;  ///< a folder with more authorities for registries
  std::string auth_file;     ///< credentials for registries
  bool run_commands = false;
};

void add_fetch_options(CLI::App& app, FetchOptions& options);

/// The rest is from the environment: HOME, the proxies, and where skopeo looks for credentials.
[[nodiscard]] resolve::Settings fetch_settings(const FetchOptions& options,
                                               const std::filesystem::path& scratch_folder,
                                               const Terminal& terminal);

/// --sandbox=auto|require|off.
void add_sandbox_option(CLI::App& app, std::string& sandbox);
[[nodiscard]] sandbox::Mode sandbox_mode(const std::string& sandbox);

/// With -v, what was in force and what was not.
void tell_sandbox(const Terminal& terminal, const sandbox::Report& report);

}  // namespace reproduce::cli

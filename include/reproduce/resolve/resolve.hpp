#pragma once

/// Inputs that are not files of this host: what they are today, and bringing them to the store.
///
///     resolve()   manifest -> pins         asks archives and registries, runs commands
///     fetch()     lock -> a store that has all that the lock names
///
/// Both end with every such input in the store, so that building needs neither the network
/// nor any program.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/fetch/debian.hpp"
#include "reproduce/fetch/progress.hpp"
#include "reproduce/fetch/registry.hpp"
#include "reproduce/fetch/url.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/manifest.hpp"
#include "reproduce/sandbox/report.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::resolve {

/// Everything from outside that resolving uses.
struct Settings {
  fetch::UrlSettings url{};
  fetch::AptSettings apt{};
  fetch::RegistrySettings registry{};
  std::filesystem::path scratch_folder{};
  bool run_commands = false;  ///< whether [[command]]s may run
  sandbox::Mode sandbox = sandbox::Mode::automatic;
  fetch::OnProgress progress{};
};

struct Resolved {
  /// Of all inputs, as inputs::Ledger takes them: those of this host are blank.
  std::vector<manifest::Pin> pins;
  std::vector<std::string> notes;  ///< what people should know, a sentence each
};

/// Whether any input is not a file of this host, so that there is something to resolve.
[[nodiscard]] bool needs_store(const manifest::Manifest& manifest);

/// Resolves every input that is not of this host. A command runs only if `settings` allows it;
/// else its output is what `previous` pins. Throws as `fetch` and `sandbox` do, with the
/// manifest's line; Error{usage} for a command that would have to run and may not.
[[nodiscard]] Resolved resolve(const manifest::Manifest& manifest,
                               const std::optional<manifest::Lock>& previous,
                               const store::Store& store, const Settings& settings);

/// Brings what the lock names and the store does not have; runs a command for that only if
/// `settings` allows it, and refuses what it makes when that is not what is pinned
/// (Error{untrusted}). Throws as resolve(). `lock` must be fresh.
std::vector<std::string> fetch_locked(const manifest::Manifest& manifest,
                                      const manifest::Lock& lock, const store::Store& store,
                                      const Settings& settings);

/// All objects that a build from `lock` reads from the store: of an image those too that its
/// manifest, as far as it is there, names.
[[nodiscard]] std::set<Sha256Digest> objects_of(const manifest::Lock& lock,
                                                const store::Store& store);

}  // namespace reproduce::resolve

#pragma once

/// What a declared command makes, as an object of the store.

#include <string>
#include <vector>

#include "reproduce/manifest/manifest.hpp"
#include "reproduce/resolve/resolve.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::resolve {

struct CommandOutput {
  store::Object object;
  std::vector<std::string> notes;  ///< what the sandbox could not do, and losses
};

/// Runs the command in a sandbox and keeps its output: a file as it is, a folder (where one is
/// wanted) as the cpio archive that our own writer makes of it, everything owned by 0:0 and
/// at time 0. A symlink as the output, as `nix build` leaves one, is followed.
///
/// Error{environment} when the command fails or leaves no such output.
[[nodiscard]] CommandOutput run_and_keep(const manifest::Manifest& manifest,
                                         const manifest::Command& command, bool wants_folder,
                                         const store::Store& store, const Settings& settings);

}  // namespace reproduce::resolve

#pragma once

/// Locking and building in a child process that can open nothing but what was declared.
///
/// What is called here runs build.hpp's functions in sandbox::run_confined(): the inputs that
/// the manifest names, the files of the store that they stand for, and the folder for
/// scratch files are all there is; no network, no programs.

#include <optional>

#include "reproduce/base/file.hpp"
#include "reproduce/build/build.hpp"
#include "reproduce/sandbox/report.hpp"

namespace reproduce::build {

struct ConfinedImage {
  BuiltImage built;
  sandbox::Report report;
};

struct ConfinedLock {
  MadeLock made;
  sandbox::Report report;
};

/// What a lock means for a build.
enum class Expectation {
  image,       ///< its inputs, and the image that it expects
  inputs_only  ///< its inputs
};

/// What to build. Both live as long as the build.
struct Order {
  const manifest::Manifest& manifest;
  const std::optional<manifest::Lock>& lock;
  Expectation expectation = Expectation::image;  ///< of the lock, if there is one
};

/// build_locked() or build_pinned() where there is a lock, else build_unpinned(). Writes to `out`,
/// which is complete but not published when this returns. The caller must have no other thread.
[[nodiscard]] ConfinedImage build_confined(const Order& order, const Surroundings& surroundings,
                                           sandbox::Mode mode, AtomicFile& out,
                                           const ProgressCallback& progress = {});

/// make_lock(); the same holds.
[[nodiscard]] ConfinedLock lock_confined(const manifest::Manifest& manifest,
                                         const std::vector<manifest::Pin>& resolved,
                                         const Surroundings& surroundings, sandbox::Mode mode,
                                         const ProgressCallback& progress = {});

}  // namespace reproduce::build

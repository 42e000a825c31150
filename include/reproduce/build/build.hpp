#pragma once

/// The table of contents of building: manifest -> plan -> image, with and without a lock.
///
///     make_lock()     record the inputs, then build once more from what was recorded
///     build_locked()  build from exactly what the lock pins, and get exactly what it expects
///     build_unpinned() build from what is there
///
/// All three are the same run of make_plan() and write_image(); they differ in the Ledger.

#include "reproduce/base/stream.hpp"
#include "reproduce/build/image.hpp"
#include "reproduce/build/plan.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::build {

struct BuiltImage {
  AssembledImage image;
  Warnings warnings;
};

struct MadeLock {
  manifest::Lock lock;
  Warnings warnings;
};

/// What `manifest` makes today: reads every input twice, and writes no image. The first run
/// records the inputs and gives the header; the second one hashes the image behind that
/// header and checks that nothing changed between the two. Error{environment} when something
/// did. `resolved`: the pins of inputs that are not of this host, as Ledger takes them.
[[nodiscard]] MadeLock make_lock(const manifest::Manifest& manifest,
                                 const std::vector<manifest::Pin>& resolved,
                                 const Surroundings& surroundings,
                                 const ProgressCallback& progress = {});

/// Error{usage} when the bytes of the lock's image depend on versions of writers that are not
/// this program's.
void require_same_writers(const manifest::Lock& lock, const manifest::Manifest& manifest,
                          const Surroundings& surroundings);

/// Writes the locked image to `out`, which must be empty and becomes worthless when this
/// throws: Error{untrusted} as soon as an input turns out not to be the pinned one, and when
/// the image is not the expected one. `lock` must be fresh (manifest::require_fresh).
[[nodiscard]] BuiltImage build_locked(const manifest::Manifest& manifest,
                                      const manifest::Lock& lock, const Surroundings& surroundings,
                                      PatchableSink& out, const ProgressCallback& progress = {});

/// The same inputs without the expectation: whatever image they make. For those who want to
/// know in what it differs.
[[nodiscard]] BuiltImage build_pinned(const manifest::Manifest& manifest,
                                      const manifest::Lock& lock, const Surroundings& surroundings,
                                      PatchableSink& out, const ProgressCallback& progress = {});

/// Writes the image to `out`, which must be empty and becomes worthless when this throws.
[[nodiscard]] BuiltImage build_unpinned(const manifest::Manifest& manifest,
                                        const Surroundings& surroundings, PatchableSink& out,
                                        const ProgressCallback& progress = {});

}  // namespace reproduce::build

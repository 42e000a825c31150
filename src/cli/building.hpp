#pragma once

/// What every build is given, whether its image gets a name or is only measured.

#include <filesystem>
#include <string>

#include "store_option.hpp"

#include "reproduce/build/plan.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/manifest.hpp"
#include "reproduce/measure/registers.hpp"
#include "reproduce/sandbox/report.hpp"

namespace reproduce::cli {

/// `sandbox`: --sandbox. Pipes and devices exist only in this process, so that a build which reads
/// some goes without; Error{usage} where a sandbox is required.
[[nodiscard]] sandbox::Mode sandbox_mode_for(const std::string& sandbox,
                                             const manifest::Manifest& manifest);

/// `scratch`: where archives that are unpacked wait.
[[nodiscard]] build::Surroundings surroundings_for(const StoreOptions& store,
                                                   const manifest::Manifest& manifest,
                                                   const std::filesystem::path& scratch);

/// Holds an image that was left unsigned to a lock of the signed one: PCR0 to PCR2 are the same in
/// both. Error{untrusted} when they are not.
void require_locked_registers(const measure::Registers& built, const manifest::Manifest& manifest,
                              const manifest::Lock& lock);

}  // namespace reproduce::cli

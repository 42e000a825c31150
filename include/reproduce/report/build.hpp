#pragma once

/// What `reproduce build` and `reproduce lock` say when they are done.

#include <string>

#include "reproduce/build/build.hpp"
#include "reproduce/sandbox/report.hpp"

namespace reproduce::report {

/// The file, its size, what held the build, and one line a register.
[[nodiscard]] std::string build_text(const std::string& file, const build::BuiltImage& built,
                                     const sandbox::Report& sandbox);

/// The document `reproduce/build/1` (docs/formats/json.md). `sandbox`: what was in force.
[[nodiscard]] std::string build_json(const std::string& file, const build::BuiltImage& built,
                                     const sandbox::Report& sandbox);

/// The lock's file, how much it pins, and the registers to expect.
[[nodiscard]] std::string lock_text(const std::string& file, const build::MadeLock& made);

}  // namespace reproduce::report

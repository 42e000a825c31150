#pragma once

/// What can be told of a program before it runs.

#include <filesystem>
#include <optional>
#include <string>

namespace reproduce::perturb {

/// Why the dynamic loader will not load a library of ours into the program;
/// nothing when it probably will. Throws Error{environment} when the program
/// cannot be read.
[[nodiscard]] std::optional<std::string> reason_against_preloading(
    const std::filesystem::path& program);

}  // namespace reproduce::perturb

#pragma once

/// Scripts that let a shell complete the words of the command line.

#include <string>

#include <CLI/CLI.hpp>

namespace reproduce::cli {

enum class Shell { bash, zsh, fish };

/// The whole script for `shell`: verbs, their options, and words that an option takes; file names
/// everywhere else. It calls nothing, `reproduce` included: what is completed is what this binary
/// knows.
[[nodiscard]] std::string completion_script(const CLI::App& root, Shell shell);

}  // namespace reproduce::cli

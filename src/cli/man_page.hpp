#pragma once

/// Manual pages: the help of a verb in the language of man(7).

#include <string>

#include <CLI/CLI.hpp>

namespace reproduce::cli {

/// reproduce-VERB(1), or reproduce(1) for the root. Has no date: the same binary gives the same
/// page.
[[nodiscard]] std::string man_page(const CLI::App& root, const CLI::App& app);

}  // namespace reproduce::cli

#pragma once

/// The `[app]`, `[[command]]` and `[lint]` tables of a manifest.

#include "source_reader.hpp"
#include "table_reader.hpp"

#include "reproduce/manifest/manifest.hpp"

namespace reproduce::manifest {

[[nodiscard]] App parse_app(const ErrorSite& site, SourceReader& sources, const toml::table& table);

[[nodiscard]] Command parse_command(const ErrorSite& site, const toml::table& table);

[[nodiscard]] Lint parse_lint(const ErrorSite& site, const toml::table& table);

}  // namespace reproduce::manifest

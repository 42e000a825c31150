#pragma once

/// The `[[ramdisk]]` tables of a manifest and the layers in them.

#include "source_reader.hpp"
#include "table_reader.hpp"

#include "reproduce/manifest/manifest.hpp"

namespace reproduce::manifest {

/// Adds the inputs that the layers name to those of `sources`.
[[nodiscard]] Ramdisk parse_ramdisk(const ErrorSite& site, SourceReader& sources,
                                    const toml::table& table);

/// The `compression` of a ramdisk.
[[nodiscard]] Compression parse_compression(const TableReader& table);

}  // namespace reproduce::manifest

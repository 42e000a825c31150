#pragma once

/// The `[[ramdisk]]` tables of a manifest and the layers in them.

#include "table_reader.hpp"

#include "reproduce/manifest/manifest.hpp"

namespace reproduce::manifest {

[[nodiscard]] Ramdisk parse_ramdisk(const ErrorSite& site, const toml::table& table);

}  // namespace reproduce::manifest

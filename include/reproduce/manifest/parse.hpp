#pragma once

/// TOML text -> Manifest, strictly.

#include <cstdint>
#include <filesystem>
#include <string>

#include "reproduce/manifest/manifest.hpp"

namespace reproduce::manifest {

/// A manifest describes an image and does not contain it.
inline constexpr std::uint64_t max_manifest_size = std::uint64_t{1} << 20;

/// Parses the text of the manifest called `file`.
///
/// Every key must be known and of its type, every required key must be there, and every path
/// inside a ramdisk must be a plain absolute one. Anything else is Error{usage} with the
/// file, the line, a caret and, for a mistyped name, the nearest known one.
[[nodiscard]] Manifest parse_manifest(std::string text, const std::filesystem::path& file);

/// Reads and parses `file`. Error{environment} when it cannot be read, Error{usage} when it
/// is larger than max_manifest_size.
[[nodiscard]] Manifest load_manifest(const std::filesystem::path& file);

}  // namespace reproduce::manifest

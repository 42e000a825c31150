#pragma once

/// The keys that say how something stands in a ramdisk: where, whose, with which mode.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "table_reader.hpp"

#include "reproduce/manifest/manifest.hpp"

namespace reproduce::manifest {

/// Linux: the longest path, its NUL included (linux/limits.h, PATH_MAX).
inline constexpr std::size_t path_max = 4096;

/// The path under `key`, in the tree's form. Only folders and archives may go to the root.
[[nodiscard]] std::string inner_path(const TableReader& layer, std::string_view key,
                                     bool may_be_root);

/// `to`, for layers that bring a tree; the root where it is absent.
[[nodiscard]] std::string inner_folder(const TableReader& layer);

/// `mode`: three or four octal digits.
[[nodiscard]] std::optional<std::uint32_t> mode_of(const TableReader& layer);

/// `uid` and `gid`.
[[nodiscard]] Owner owner_of(const TableReader& layer);

/// `owner = "UID:GID"`, for layers that bring many entries.
[[nodiscard]] std::optional<Owner> common_owner(const TableReader& layer);

}  // namespace reproduce::manifest

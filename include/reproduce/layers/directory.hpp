#pragma once

/// A folder on the disk as a tree.

#include <cstdint>
#include <filesystem>
#include <optional>

#include "reproduce/layers/layer.hpp"

namespace reproduce::layers {

struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// Everything below `folder`: types, modes as they are on the disk (no umask),
/// symlinks as they stand, hard links among the files below, devices, fifos and
/// sockets. `owner` becomes everybody's; nothing keeps the owners of the disk.
/// Times are left behind, and so are the mode and owner of `folder` itself,
/// since a tree's root has none.
///
/// Contents are opened when they are streamed, below the folder that was opened
/// here, and never through a symlink: a file that was replaced or resized
/// meanwhile is an error, whatever its name leads to by then.
///
/// Extended attributes and ACLs are reported as lost (but not SELinux labels,
/// which hosts give to every file), and so are hard links among symlinks,
/// devices, fifos and sockets.
///
/// Throws Error{environment} for what cannot be read or changes while it is
/// read, and where something is mounted on a folder below: what lies there
/// belongs to the host and not to the folder. Throws Error{malformed} for
/// paths that do not fit a tree (tree/path.hpp).
[[nodiscard]] Layer read_directory(const std::filesystem::path& folder,
                                   std::optional<Owner> owner = Owner{});

}  // namespace reproduce::layers

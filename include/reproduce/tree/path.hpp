#pragma once

/// Paths inside a tree: relative, and unable to leave it.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace reproduce::tree {

/// Linux's PATH_MAX less the NUL: the kernel passes over longer names in a ramdisk.
inline constexpr std::size_t longest_path = 4095;

/// Linux's NAME_MAX, for each part of a path: no file system of an enclave takes more.
inline constexpr std::size_t longest_name = 255;

/// What keeps `path` from naming an entry, in words for an error ("has a `..`
/// part"); nothing when it can. A good path has one or more parts between
/// single slashes, none at either end; no part is empty, `.` or `..`, or longer
/// than longest_name; there is no NUL, and at most longest_path bytes. All
/// other bytes are allowed: Linux names are bytes, not text.
[[nodiscard]] std::optional<std::string> path_fault(std::string_view path);

/// Throws Error{malformed} with the fault, if there is one.
void require_path(std::string_view path);

/// The folder that `path` lies in, "" for the root; a view into `path`.
[[nodiscard]] std::string_view parent_of(std::string_view path) noexcept;

/// `path` below `prefix`; either may be "", which means the root.
[[nodiscard]] std::string join(std::string_view prefix, std::string_view path);

/// The tree path of a name as archives have it: `./` in front and slashes at the
/// end are dropped, and "" is the root (`.`, `./`). The rest must be a good
/// path: Error{malformed} otherwise, absolute names included.
[[nodiscard]] std::string path_from_archive(std::string_view name);

/// The tree path of a place in the image as people write it: `/etc/motd` gives
/// `etc/motd`, and `/` gives "". Error{malformed} when it does not start with a
/// slash or the rest is no good path (one slash at the end is dropped).
[[nodiscard]] std::string path_from_absolute(std::string_view path);

}  // namespace reproduce::tree

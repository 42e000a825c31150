#pragma once

/// Names of users and groups as numbers, from the files of the tree they belong to.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/error.hpp"

namespace reproduce::build {

/// Who a process is.
struct UserIds {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups{};  ///< supplementary, sorted, without `gid`

  bool operator==(const UserIds&) const = default;
};

/// `user` is USER or USER:GROUP, each a name or a number, as in an image's configuration.
/// `passwd` and `group` are the contents of /etc/passwd and /etc/group, empty where those are
/// absent. A number needs no line; a user's group is the one of its line, else 0; the
/// supplementary groups are those that list the user's name, unless a group is given.
/// Malformed lines are passed over, as the C library does.
///
/// Error{usage} for a name that has no line, and for numbers above 4294967294.
/// Source: the OCI image specification, config.md, "User"; Docker's reading of it.
[[nodiscard]] UserIds resolve_user(std::string_view user, std::string_view passwd,
                                   std::string_view group);

/// UID:GID or UID:GID:GROUP,GROUP: what the builtin init reads from /user.
[[nodiscard]] std::string user_line(const UserIds& ids);

}  // namespace reproduce::build

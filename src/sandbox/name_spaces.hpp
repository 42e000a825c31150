#pragma once

/// The name spaces of a declared command.

#include "apply.hpp"

#include "reproduce/sandbox/report.hpp"

namespace reproduce::sandbox {

struct NameSpaces {
  Report report;
  bool pid = false;         ///< the next child is the first process of a name space
  bool no_network = false;  ///< nothing from here reaches a network
};

/// Puts this process, or its children where it is about processes, into name spaces of
/// their own, as far as permitted. Error{environment} when it is left half-way.
[[nodiscard]] NameSpaces enter_name_spaces(bool network);

/// In the first process of a pid name space: shows it its own processes in /proc.
[[nodiscard]] int mount_own_proc() noexcept;

/// Leaves sockets of AF_UNIX alone, which no network carries.
[[nodiscard]] Trouble apply_socket_filter();

}  // namespace reproduce::sandbox

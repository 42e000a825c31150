#pragma once

/// The two innermost processes of a declared command: the first of its name space, and the
/// command itself.

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

#include "process.hpp"

namespace reproduce::sandbox {

/// What the keeper hands to them. Made before the fork.
struct InnerPlan {
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::string folder;
  int output = 2;
  bool own_proc = false;  ///< whether to mount /proc
};

/// What they say to the keeper, written whole (PIPE_BUF of pipe(7) is larger).
struct InnerWord {
  enum class Kind : std::uint8_t {
    proc,    ///< mounting /proc gave this errno, or 0
    failed,  ///< the command cannot be executed, for this errno
    ended    ///< the command's status, as waitpid(2) has it
  };
  Kind kind = Kind::failed;
  std::int32_t number = 0;
};

/// The search path of every command.
inline constexpr const char* fixed_path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The process that starts the command, buries its orphans, and says how it ended. `lifeline` is a
/// pipe whose write end only the keeper holds.
[[noreturn]] void run_init(const InnerPlan& plan, const UniqueFd& words, const UniqueFd& lifeline);

}  // namespace reproduce::sandbox

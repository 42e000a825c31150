#pragma once

/// A program and the supervisor between it and us.

#include <cstdint>
#include <string>
#include <vector>

namespace reproduce::perturb {

struct ChildSetup {
  std::string program;
  std::vector<std::string> arguments;  ///< argv, the program's name included
  std::vector<std::string> environment;
  std::string working_directory;
  std::string host_name;
  std::uint32_t umask = 0;
  std::uint32_t cpus = 0;  ///< at most so many of those that we may use
};

struct ChildResult {
  int wait_status = 0;  ///< as of wait(2)
  std::string standard_error;
  bool standard_error_was_cut = false;
  bool host_name_is_set = false;  ///< in a name space of the program's own
};

/// Error{environment} when the program cannot be started.
[[nodiscard]] ChildResult run_child(const ChildSetup& setup);

/// How many processors this process may use.
[[nodiscard]] std::uint32_t usable_cpus();

}  // namespace reproduce::perturb

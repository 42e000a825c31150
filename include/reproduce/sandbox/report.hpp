#pragma once

/// How much a sandbox must hold, and what it did hold.

#include <string>
#include <vector>

namespace reproduce::sandbox {

enum class Mode {
  off,        ///< no sandbox
  automatic,  ///< everything that this machine can do; the rest is reported
  require     ///< Error{environment} before the work starts when an essential part is missing
};

/// What was in force while the work ran. Both lists are empty with Mode::off.
struct Report {
  std::vector<std::string> in_force;  ///< such as "landlock (ABI 4)", "seccomp"
  std::vector<std::string> missing;   ///< the part, a colon, the reason

  friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace reproduce::sandbox

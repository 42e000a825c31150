#pragma once

/// When a signing certificate must be valid, as the command line has it.

#include <string>

#include "reproduce/base/rfc3339.hpp"

namespace reproduce::cli {

/// "now", which reads the clock, or RFC 3339. `option`: its name, for Error{usage}.
[[nodiscard]] UnixSeconds signing_time(const std::string& option, const std::string& text);

}  // namespace reproduce::cli

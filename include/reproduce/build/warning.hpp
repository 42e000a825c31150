#pragma once

/// What people should know about an image that was built nevertheless.

#include <string>
#include <vector>

namespace reproduce::build {

/// One sentence, safe to show, without a full stop.
using Warnings = std::vector<std::string>;

}  // namespace reproduce::build

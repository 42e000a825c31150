#pragma once

/// Lists in sentences.

#include <string>
#include <vector>

namespace reproduce {

/// "a", "a and b", "a, b and c"; nothing of nothing.
[[nodiscard]] std::string enumeration(const std::vector<std::string>& parts);

}  // namespace reproduce

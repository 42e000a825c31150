#pragma once

/// What registers are called: by AWS, by TPMs, in every file and every report.

#include <cstdint>
#include <string>

namespace reproduce {

/// "PCR8".
[[nodiscard]] inline std::string name_of_register(std::uint32_t index) {
  return "PCR" + std::to_string(index);
}

}  // namespace reproduce

#pragma once

/// How far a fetch has come.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace reproduce::fetch {

struct Progress {
  std::string what;  ///< a URL, a package, an image; any bytes: escape to show
  std::uint64_t done_bytes = 0;
  std::optional<std::uint64_t> total_bytes{};  ///< when somebody said it
};

/// Called now and then; may be empty. What it throws ends the fetch.
using OnProgress = std::function<void(const Progress&)>;

}  // namespace reproduce::fetch

#include "signing_time.hpp"

#include <chrono>
#include <optional>

#include "reproduce/base/error.hpp"

namespace reproduce::cli {

UnixSeconds signing_time(const std::string& option, const std::string& text) {
  if (text == "now") {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
  }
  if (const std::optional<UnixSeconds> time = parse_rfc3339(text)) return *time;
  throw Error(ErrorKind::usage, option + " names no time",
              {.expected = "now, or RFC 3339 such as 2026-01-31T12:00:00Z", .got = text});
}

}  // namespace reproduce::cli

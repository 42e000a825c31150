#pragma once

/// A URL, and what may be done with it.

#include <string>
#include <string_view>

namespace reproduce::fetch {

struct Location {
  std::string url;  ///< as it is asked for
  std::string host;
  bool is_https = false;
  bool is_loopback = false;
};

/// Error{usage} for what check_url refuses.
[[nodiscard]] Location parse_location(std::string_view url);

/// Whether `host` (with addresses in their usual form) is this machine.
[[nodiscard]] bool is_loopback_host(std::string_view host);

}  // namespace reproduce::fetch

#pragma once

/// One HTTP request and its answer: libcurl, and only here.

#include <exception>
#include <memory>
#include <optional>
#include <string>

#include "location.hpp"

#include "reproduce/fetch/url.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::fetch {

/// What became of a request.
struct Answer {
  long status = 0;       ///< of HTTP
  std::string redirect;  ///< where the server sends us; "" for nowhere
};

/// Asks for `location` from the writer's size on, and appends what comes to the writer
/// (from the start, where the server gives all of it). Only bodies of 200 and 206 get
/// there. Throws as fetch_url does; `request` and `settings` set the bounds.
[[nodiscard]] Answer transfer(const Location& location, store::Writer& writer,
                              const UrlRequest& request, const UrlSettings& settings,
                              const OnProgress& on_progress);

}  // namespace reproduce::fetch

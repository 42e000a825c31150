#include "location.hpp"

#include <algorithm>
#include <utility>

#include "url_parts.hpp"
#include <arpa/inet.h>
#include <netinet/in.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/fetch/url.hpp"

namespace reproduce::fetch {
namespace {

constexpr std::size_t longest_url = 8192;

[[noreturn]] void refuse(std::string_view url, const std::string& why, const std::string& hint) {
  throw Error(ErrorKind::usage, "the URL " + quote(url) + " " + why, {.hint = hint});
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  if (host == "localhost") return true;
  std::string name(host);
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  in6_addr six{};
  if (::inet_pton(AF_INET6, name.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  in_addr four{};
  return ::inet_pton(AF_INET, name.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24U) == 127;
}

Location parse_location(std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
  const auto slashes = text.find("://");
  const bool names_host = slashes != text.npos && text.substr(slashes + 3, 1) != "/";
  if (text.empty() || text.size() > longest_url || !plain)
    refuse(text.substr(0, 100), "is not 1 to 8192 printable ASCII characters without spaces",
           "write other characters as %XX");
  // libcurl takes one slash and three for two; other readers of a lock would not.
  if (!names_host) refuse(text, "names no server", "write https://HOST/PATH");
  UrlParts parts = take_apart(std::string(text));
  if (!parts.fault.empty())
    refuse(text, "makes no sense: " + parts.fault, "write https://HOST/PATH");
  if (parts.scheme != "https" && parts.scheme != "http")
    refuse(text, "is neither https nor http", "give a file of this machine by its path");
  if (parts.has_user)
    refuse(text, "has a user or a password in it", "a lock would keep it for everybody to read");
  if (parts.has_fragment)
    refuse(text, "has a fragment", "leave out what follows the #: no server sees it");
  const bool is_loopback = is_loopback_host(parts.host);
  Location location{.url = std::move(parts.url),
                    .host = std::move(parts.host),
                    .is_https = parts.scheme == "https",
                    .is_loopback = is_loopback};
  if (!location.is_https && !location.is_loopback)
    refuse(text, "is http to another machine", "use https; http is for loopback alone");
  return location;
}

void check_url(std::string_view url) {
  (void)parse_location(url);
}

}  // namespace reproduce::fetch

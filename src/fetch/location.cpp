#include "location.hpp"

#include <algorithm>
#include <memory>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/fetch/url.hpp"

namespace reproduce::fetch {
namespace {

constexpr std::size_t longest_url = 8192;

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { ::curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const noexcept { ::curl_free(text); }
};

[[noreturn]] void refuse(std::string_view url, const std::string& why, const std::string& hint) {
  throw Error(ErrorKind::usage, "the URL " + quote(url) + " " + why, {.hint = hint});
}

/// A part of the URL; "" when it has none.
std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (::curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owner(text);
  return text;
}

bool has_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  const bool has = ::curl_url_get(url, part, &text, 0) == CURLUE_OK;
  ::curl_free(text);
  return has;
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
  const std::unique_ptr<CURLU, FreeUrl> url(::curl_url());
  if (!url) throw Error(ErrorKind::environment, "not enough memory for a URL");
  const CURLUcode status =
      ::curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), CURLU_NON_SUPPORT_SCHEME);
  // libcurl takes one slash and three for two; other readers of a lock would not.
  if (!names_host) refuse(text, "names no server", "write https://HOST/PATH");
  if (status != CURLUE_OK)
    refuse(text, std::string("makes no sense: ") + ::curl_url_strerror(status),
           "write https://HOST/PATH");
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  const std::string host = part_of(url.get(), CURLUPART_HOST);
  if (scheme != "https" && scheme != "http")
    refuse(text, "is neither https nor http", "give a file of this machine by its path");
  if (has_part(url.get(), CURLUPART_USER) || has_part(url.get(), CURLUPART_PASSWORD) ||
      has_part(url.get(), CURLUPART_OPTIONS))
    refuse(text, "has a user or a password in it", "a lock would keep it for everybody to read");
  if (has_part(url.get(), CURLUPART_FRAGMENT))
    refuse(text, "has a fragment", "leave out what follows the #: no server sees it");
  Location location{.url = part_of(url.get(), CURLUPART_URL),
                    .host = host,
                    .is_https = scheme == "https",
                    .is_loopback = is_loopback_host(host)};
  if (!location.is_https && !location.is_loopback)
    refuse(text, "is http to another machine", "use https; http is for loopback alone");
  return location;
}

void check_url(std::string_view url) {
  (void)parse_location(url);
}

}  // namespace reproduce::fetch

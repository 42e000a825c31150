#include <memory>

#include "url_parts.hpp"
#include <curl/curl.h>

#include "reproduce/base/error.hpp"

namespace reproduce::fetch {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const noexcept { ::curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const noexcept { ::curl_free(text); }
};

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

UrlParts take_apart(const std::string& text) {
  const std::unique_ptr<CURLU, FreeUrl> url(::curl_url());
  if (!url) throw Error(ErrorKind::environment, "not enough memory for a URL");
  const CURLUcode status =
      ::curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
  UrlParts parts;
  if (status != CURLUE_OK) {
    parts.fault = ::curl_url_strerror(status);
    return parts;
  }
  parts.url = part_of(url.get(), CURLUPART_URL);
  parts.scheme = part_of(url.get(), CURLUPART_SCHEME);
  parts.host = part_of(url.get(), CURLUPART_HOST);
  parts.has_user = has_part(url.get(), CURLUPART_USER) || has_part(url.get(), CURLUPART_PASSWORD) ||
                   has_part(url.get(), CURLUPART_OPTIONS);
  parts.has_fragment = has_part(url.get(), CURLUPART_FRAGMENT);
  return parts;
}

}  // namespace reproduce::fetch

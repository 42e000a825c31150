/// In place of curl_url_parts.cpp where libcurl cannot be had: nothing is asked for there, and a
/// URL is only told from what is none (RFC 3986, section 3).

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "url_parts.hpp"

#include "reproduce/base/text.hpp"

namespace reproduce::fetch {
namespace {

bool is_digit_or_letter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// A name, or an address; one of IPv6 in its brackets.
bool is_host(std::string_view host) {
  const bool has_brackets = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (has_brackets) host = host.substr(1, host.size() - 2);
  const std::string_view others = has_brackets ? ":." : "-._";
  return !host.empty() && std::all_of(host.begin(), host.end(), [others](char c) {
    return is_digit_or_letter(c) || others.find(c) != std::string_view::npos;
  });
}

bool is_port(std::string_view text) {
  constexpr std::uint64_t largest = 65535;
  const std::optional<std::uint64_t> port = parse_decimal(text);
  return port && *port > 0 && *port <= largest;
}

}  // namespace

UrlParts take_apart(const std::string& text) {
  UrlParts parts{.url = text};
  const std::size_t scheme_end = text.find("://");
  const std::size_t begin = scheme_end + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", begin), text.size());
  parts.scheme = text.substr(0, scheme_end);
  for (char& c : parts.scheme)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  parts.has_fragment = text.find('#') != std::string::npos;
  std::string_view authority = std::string_view(text).substr(begin, end - begin);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    parts.has_user = true;
    authority.remove_prefix(at + 1);
  }
  const std::size_t colon =
      authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  parts.host = authority.substr(0, colon);
  if (!is_host(parts.host)) parts.fault = "this is no host";
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1)))
    parts.fault = "this is no port";
  return parts;
}

}  // namespace reproduce::fetch

#pragma once

/// A URL, taken apart. For the .cpp files of this folder only.

#include <string>

namespace reproduce::fetch {

struct UrlParts {
  std::string url{};      ///< as it is to be asked for
  std::string scheme{};   ///< in small letters
  std::string host{};     ///< addresses in their usual form
  bool has_user = false;  ///< a user, a password, or both
  bool has_fragment = false;
  std::string fault{};  ///< why it is none; the rest means nothing then
};

/// REQUIRES: printable ASCII with "://" in it and something but a slash behind. One of two files
/// implements it: curl_url_parts.cpp, or in the static variant plain_url_parts.cpp, which takes
/// fewer spellings (docs/decisions/0027-static-binary.md).
[[nodiscard]] UrlParts take_apart(const std::string& text);

}  // namespace reproduce::fetch

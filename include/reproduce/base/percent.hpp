#pragma once

/// Text as a part of a URI.

#include <string>
#include <string_view>

namespace reproduce {

/// What a URI may have (RFC 3986, section 2.3) and the characters of `kept` as they are, all other
/// bytes as "%" and two digits.
[[nodiscard]] std::string percent_encoded(std::string_view text, std::string_view kept = {});

}  // namespace reproduce

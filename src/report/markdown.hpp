#pragma once

/// Text in Markdown that stays what it is, whatever stands in it.

#include <string>
#include <string_view>
#include <vector>

namespace reproduce::report {

/// Text of which Markdown and HTML make nothing. Must be printable already.
[[nodiscard]] std::string plain(std::string_view text);

/// A fenced block that no line of it can close. `language` colours it; may be empty.
[[nodiscard]] std::string block(const std::vector<std::string>& lines, std::string_view language);

}  // namespace reproduce::report

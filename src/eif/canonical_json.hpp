#pragma once

/// JSON in and out as serde_json reads and writes it, byte for byte.

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace reproduce::eif {

/// Error{malformed} naming `where` and the byte: not JSON, not UTF-8, deeper
/// than 128 levels, a number that overflows, or something behind the value.
[[nodiscard]] nlohmann::json parse_json(std::string_view text, const char* where);

[[nodiscard]] std::string to_canonical_json(const nlohmann::json& value);

/// Error{usage} when `text` is not UTF-8.
void append_json_string(std::string& out, std::string_view text);

}  // namespace reproduce::eif

#pragma once

/// The field of a JSON text that holds a document.

#include <optional>
#include <string>
#include <string_view>

#include "reproduce/attestation/encoding.hpp"

namespace reproduce::attestation {

struct JsonField {
  std::string pointer;  ///< RFC 6901; empty: the whole text
  DecodedInput content;
};

/// Finds it, as unwrap() does. Throws Error{malformed}.
[[nodiscard]] JsonField find_json_field(std::string_view text,
                                        const std::optional<std::string>& wanted);

/// Whether it is there; without a name, whether one looks like a document. Throws Error{malformed}
/// for what is no JSON.
[[nodiscard]] bool has_json_field(std::string_view text, const std::optional<std::string>& wanted);

}  // namespace reproduce::attestation

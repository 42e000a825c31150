#pragma once

/// Hexadecimal and base64, both strict.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reproduce/base/bytes.hpp"

namespace reproduce {

/// Two lower-case digits a byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

/// "0x" and as few lower-case digits as there are, for offsets and flags: 0x0, 0x1f.
[[nodiscard]] std::string hex_number(std::uint64_t number);

/// Either case, an even number of digits, nothing else: otherwise nothing.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

/// Standard alphabet, padded, no line breaks (RFC 4648, section 4).
[[nodiscard]] std::string to_base64(ByteView bytes);

/// The standard or the URL alphabet (RFC 4648, sections 4 and 5), never both in
/// one text; padding may be left out but not be wrong; unused low bits must be
/// zero, so that one value has one text. White space is the caller's to remove.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

}  // namespace reproduce

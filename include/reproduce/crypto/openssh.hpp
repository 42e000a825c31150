#pragma once

/// OpenSSH's binary forms: a string is its length, 32 bits big-endian, and its bytes (RFC 4251,
/// section 5).

#include <optional>
#include <string_view>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/public_key.hpp"

namespace reproduce::openssh {

/// The string at the reader's place. Throws as ByteReader does.
[[nodiscard]] ByteView take_string(ByteReader& reader, std::string_view field);

/// "nistp256" and so on (RFC 5656, section 6.1); nothing for other curves.
[[nodiscard]] std::optional<Curve> curve_named(std::string_view name);

/// A public key's blob, as the middle word of a line holds it in base64: the name of its kind, then
/// its numbers. Nothing when it is of another kind or no key.
[[nodiscard]] std::optional<PublicKey> decode_public_key(ByteView blob);

}  // namespace reproduce::openssh

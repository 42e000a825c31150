#pragma once

/// The payload of a document: the map that is signed, or that nobody signed.

#include <cstdint>
#include <string_view>

#include "reproduce/attestation/document.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/cose/cbor.hpp"

namespace reproduce::attestation {

/// The map, its size checked. `origin`: offset of its first byte. The item sees `payload`.
[[nodiscard]] cose::CborItem decode_payload(ByteView payload, std::uint64_t origin);

/// All of the payload but its certificates. Throws Error{malformed}.
[[nodiscard]] Claims decode_claims(const cose::CborItem& payload, const DecodeOptions& wanted);

/// The value of `key`; Error{malformed} when it is not there or of another kind.
[[nodiscard]] const cose::CborItem& mandatory(const cose::CborItem& payload, std::string_view key,
                                              cose::CborKind kind);

/// The content of a byte string of `least` to `most` bytes, or Error{malformed}.
[[nodiscard]] ByteView byte_string(const cose::CborItem& item, std::string_view field,
                                   std::size_t least, std::size_t most);

}  // namespace reproduce::attestation

#pragma once

/// COSE_Sign1: one signer's signature over a payload (RFC 9052, section 4.2).
///
///     [18(] [ bstr { 1: algorithm }, {}, bstr payload, bstr r||s ] [)]
///
/// What is signed is the encoding of (section 4.4)
///
///     [ "Signature1", protected header, h'', payload ]
///
/// The tag, the array, the empty map and the heads of the strings are outside
/// the signature: they are accepted in their one shortest form only, so that a
/// signed message has no second spelling. The protected header must hold the
/// algorithm and nothing else; the payload must be there (not detached).

#include <cstdint>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/ecdsa.hpp"

namespace reproduce::cose {

/// COSE algorithm numbers (RFC 9053, section 2.1).
enum class Algorithm : std::int8_t { es256 = -7, es384 = -35, es512 = -36 };

/// The algorithm that goes with a key on `curve`.
[[nodiscard]] Algorithm algorithm_for(Curve curve);

/// "ES384 (-35)" and so on.
[[nodiscard]] std::string_view words(Algorithm algorithm);

/// Views see the decoded message, which must outlive this.
struct Sign1 {
  bool tagged = false;
  Algorithm algorithm{};
  ByteView protected_header{};       ///< content of the byte string
  ByteView payload{};                ///< content of the byte string
  ByteView signature{};              ///< r||s, of the algorithm's size
  std::uint64_t payload_offset = 0;  ///< of the payload's first byte
};

/// `origin`: file offset of message[0]. Throws Error{malformed}.
[[nodiscard]] Sign1 decode_sign1(ByteView message, std::uint64_t origin = 0);

/// The bytes that the signature covers.
[[nodiscard]] Bytes signed_bytes(ByteView protected_header, ByteView payload);

/// The protected header `{1: algorithm}`.
[[nodiscard]] Bytes protected_header_for(Algorithm algorithm);

/// The message, untagged. `signature`: r||s over signed_bytes() of the two others.
[[nodiscard]] Bytes encode_sign1(ByteView protected_header, ByteView payload, ByteView signature);

/// Whether `key` signed the message. False as well when the message's algorithm
/// is not the one of the key's curve.
[[nodiscard]] bool is_signed_by(const Sign1& message, const EcPublicKey& key);

}  // namespace reproduce::cose

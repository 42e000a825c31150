#pragma once

/// The wrappings in which attestation documents travel.
///
///     HTTP/1.1 200 OK ... <empty line> BODY     a response as `curl -i` saves it; the last one
///     where
///                                               several follow each other
///     {"attestation": "hEShATgi..."}            JSON with a field in base64 or hexadecimal
///     -----BEGIN WORDS----- ... -----END WORDS-----    base64 in armour (RFC 7468)
///
/// One inside the other in this order; what is left is one of the forms of
/// attestation/encoding.hpp. A wrapping proves nothing and is forgotten: only what the document
/// itself says counts.

#include <optional>
#include <string>

#include "reproduce/attestation/encoding.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/base/stream.hpp"

namespace reproduce::attestation {

/// No input is larger, wrapping included; responses carry little beside the document.
inline constexpr std::size_t largest_wrapped = std::size_t{1} << 20;

struct Unwrapped {
  Bytes document;    ///< as raw CBOR
  std::string form;  ///< "base64 in the field '/attestation' of JSON in an HTTP response"
};

/// Finds out the wrapping and takes it off. `field` names the field of JSON: a key of the record,
/// or a JSON pointer (RFC 6901) such as `/result/documents/0`. Without it, exactly one field must
/// look like a document. Throws Error{malformed}: nothing fits, several fields could be meant (all
/// are listed), the response is no success, text surrounds the armour, or the result is too large.
[[nodiscard]] Unwrapped unwrap(ByteView input, const std::optional<std::string>& field = {});

/// The same of all that a file holds: how every verb comes to a document.
[[nodiscard]] Unwrapped unwrap(Source& input, const std::optional<std::string>& field = {});

/// Whether to take `input` for a document, by how it begins: as COSE_Sign1 in one of the plain
/// forms, or as one of the wrappings. Whether there is a document in it is for unwrap() to say.
/// JSON and armour have no zero byte, so an image whose magic was damaged is never taken for them.
[[nodiscard]] bool begins_as_document(ByteView input);

/// Whether `input` is JSON, in an HTTP response or not, that has the field which is named; without
/// a name, one field at least that looks like a document. Throws Error{usage} for a name that is no
/// key and no JSON pointer.
[[nodiscard]] bool has_document_field(ByteView input, const std::optional<std::string>& field = {});

}  // namespace reproduce::attestation

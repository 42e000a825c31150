#pragma once

/// An attestation document of a Nitro Enclave as it says it is: decoded whole
/// and strictly, trusted in nothing. See attestation/verify.hpp for trust.
///
///     COSE_Sign1, ES384, payload: a CBOR map of
///
///     module_id    text      the enclave, such as "i-0123...-enc0123..."
///     digest       text      "SHA384"
///     timestamp    unsigned  milliseconds since 1970
///     pcrs         map       0..31 -> 32, 48 or 64 bytes
///     certificate  bytes     the leaf, DER
///     cabundle     array     its issuers, DER, the root first
///     public_key, user_data, nonce    bytes, null or left out
///
/// Source: AWS, nsm-api docs/attestation_process.md, and where genuine
/// documents do otherwise (null, indefinite maps, 1024 bytes), those. The
/// checks in their order: docs/formats/attestation.md.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/crypto/x509.hpp"

namespace reproduce::attestation {

class ChainCache;

/// Who wrote a document. Both have one form, and one root vouches for them; what tells them apart
/// is the key of the registers, `pcrs` or `nitrotpm_pcrs`, which mean other things.
enum class DocumentKind {
  enclave,
  nitrotpm  ///< the NitroTPM of an EC2 instance: registers 0 to 23 as TPMs have them
};

/// "enclave", "nitrotpm".
[[nodiscard]] std::string_view name_of(DocumentKind kind) noexcept;

/// What to do about keys of the payload that nobody has documented.
enum class UnknownKeys { reported, refused };

/// What a document states, apart from who vouches for it.
struct Claims {
  DocumentKind kind = DocumentKind::enclave;
  bool indefinite_payload = false;  ///< the payload's map ends with a break code
  std::string module_id;            ///< not empty; UTF-8, may be hostile
  std::uint64_t timestamp_ms = 0;   ///< since 1970; not 0, before the year 10000
  std::map<std::uint32_t, Bytes> pcrs;
  std::optional<Bytes> public_key, user_data, nonce;
  std::vector<std::string> unknown_keys;

  /// timestamp_ms, cut to seconds.
  [[nodiscard]] UnixSeconds time() const;
};

struct Document : Claims {
  bool tagged = false;  ///< COSE tag 18 was there
  Certificate certificate;
  std::vector<Certificate> cabundle;  ///< root first, never empty
};

/// How to decode a document.
struct DecodeOptions {
  UnknownKeys unknown_keys = UnknownKeys::reported;
  std::optional<DocumentKind> kind = DocumentKind::enclave;  ///< nothing: whichever it is
  ChainCache* cache = nullptr;  ///< certificates that were decoded before; may be left out
};

/// Decodes one document that fills `bytes` (raw CBOR; see attestation/encoding.hpp
/// for other forms). Throws Error{malformed} with the offset in `bytes`. A
/// document of another kind than `wanted.kind`, whose registers mean something else, is refused
/// by name; where any will do, Claims::kind says which it is, and one that is of both is refused.
[[nodiscard]] Document decode_document(ByteView bytes, const DecodeOptions& wanted = {});

}  // namespace reproduce::attestation

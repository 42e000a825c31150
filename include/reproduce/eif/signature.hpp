#pragma once

/// The signature section: who signed this image's PCR0.
///
///     [ {"signing_certificate": [uint...],     the PEM file, byte by byte
///        "signature":           [uint...]} ]   a COSE_Sign1, byte by byte
///
/// The COSE_Sign1 is by the certificate's key over the CBOR map
/// {"register_index": 0, "register_value": [48 uints]}. The hypervisor checks
/// the first entry only; PCR8 is made of the first certificate in it.
///
/// Source: aws-nitro-enclaves-image-format 935dc62, README.md ("EifSectionSignature")
/// and src/utils/eif_signer.rs.

#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/crypto/x509.hpp"

namespace reproduce::eif {

struct SignatureEntry {
  std::string certificate_pem;  ///< as it stands; may hold a chain or other words too
  Bytes cose_sign1;             ///< not looked at yet
};

struct SignatureSection {
  std::vector<SignatureEntry> entries;  ///< one at least
  Certificate certificate;              ///< the first of the first entry: PCR8's
};

/// Error{malformed} unless the bytes have the shape above and the first entry
/// has a certificate. Says nothing about the signature itself.
[[nodiscard]] SignatureSection decode_signature_section(ByteView payload);

/// The bytes that decode to these entries: exactly those that AWS's tools write.
[[nodiscard]] Bytes encode_signature_section(const std::vector<SignatureEntry>& entries);

/// The payload of the COSE_Sign1 of an image with this PCR0.
[[nodiscard]] Bytes signed_register(const Sha384Digest& pcr0);

/// Why the first entry's signature does not hold for an image with this PCR0,
/// in words; nothing when it does. A signature that does not hold changes no
/// register, but the hypervisor will not start the image.
[[nodiscard]] std::optional<std::string> signature_fault(const SignatureSection& section,
                                                         const Sha384Digest& pcr0);

}  // namespace reproduce::eif

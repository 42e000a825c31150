#pragma once

/// What is signed of an image, and the section that says so.
///
/// Signed is the Sig_structure of a COSE_Sign1 (RFC 9052, section 4.4), with ECDSA and the digest
/// that goes with the key's curve:
///
///     [ "Signature1", bstr { 1: algorithm }, h'',
///       bstr { "register_index": 0, "register_value": [48 uints] } ]
///
/// Source: eif/signature.hpp. Nothing that these functions give has not been checked by OpenSSL.

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/sign/certificate.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::sign {

/// The bytes to sign for an image with this PCR0: some 180.
[[nodiscard]] Bytes to_be_signed(const SigningCertificate& certificate, const Sha384Digest& pcr0);

/// The payload of the signature section, signed with `key`. Error{usage} when the key is not the
/// certificate's, also where only the signature shows it; Error{usage} when the section is larger
/// than the format allows.
[[nodiscard]] Bytes sign_section(const SigningCertificate& certificate, const SigningKey& key,
                                 const Sha384Digest& pcr0);

/// The same with a signature that was made elsewhere: r||s, or the DER form of it. Error{untrusted}
/// unless the certificate's key made it, over to_be_signed() of the same two.
[[nodiscard]] Bytes attach_section(const SigningCertificate& certificate, ByteView signature,
                                   const Sha384Digest& pcr0);

}  // namespace reproduce::sign

#include "reproduce/sign/signature.hpp"

#include <optional>
#include <string>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/cose/sign1.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/eif/signature.hpp"

namespace reproduce::sign {
namespace {

Bytes protected_header(const SigningCertificate& certificate) {
  return cose::protected_header_for(cose::algorithm_for(certificate.key.curve()));
}

/// REQUIRES: `raw` verifies.
Bytes section_with(const SigningCertificate& certificate, ByteView raw, const Sha384Digest& pcr0) {
  Bytes section = eif::encode_signature_section(
      {{.certificate_pem = certificate.pem,
        .cose_sign1 =
            cose::encode_sign1(protected_header(certificate), eif::signed_register(pcr0), raw)}});
  if (section.size() > eif::max_signature_size)
    throw Error(ErrorKind::usage, "the signature section would be too large",
                {.expected = counted(eif::max_signature_size, "byte") + " at the most",
                 .got = counted(section.size(), "byte"),
                 .hint = "the certificate's file goes into it whole; leave out what follows the "
                         "first certificate"});
  // The whole way that readers go, so that no mistake of ours leaves the house.
  if (const auto fault = eif::signature_fault(eif::decode_signature_section(section), pcr0))
    throw Error(ErrorKind::bug, "the signature that was made does not hold: " + *fault);
  return section;
}

}  // namespace

Bytes to_be_signed(const SigningCertificate& certificate, const Sha384Digest& pcr0) {
  return cose::signed_bytes(protected_header(certificate), eif::signed_register(pcr0));
}

Bytes sign_section(const SigningCertificate& certificate, const SigningKey& key,
                   const Sha384Digest& pcr0) {
  require_match(certificate, key);
  const Bytes message = to_be_signed(certificate, pcr0);
  const Bytes raw = key.sign(certificate.key.curve(), message);
  if (!certificate.key.signed_this(message, raw))
    throw Error(ErrorKind::usage, "the private key is not the certificate's",
                {.file = key.location(),
                 .expected = "a signature by the key that the certificate of " +
                             quote(words(certificate.certificate.subject)) + " is for",
                 .got = "one by another key"});
  return section_with(certificate, raw, pcr0);
}

Bytes attach_section(const SigningCertificate& certificate, ByteView signature,
                     const Sha384Digest& pcr0) {
  const Bytes message = to_be_signed(certificate, pcr0);
  const Curve curve = certificate.key.curve();
  if (certificate.key.signed_this(message, signature))
    return section_with(certificate, signature, pcr0);
  const std::optional<Bytes> raw = raw_signature(curve, signature);
  if (raw && certificate.key.signed_this(message, *raw))
    return section_with(certificate, *raw, pcr0);
  if (!raw && signature.size() != signature_size(curve))
    throw Error(ErrorKind::malformed, "this is no ECDSA signature on " + std::string(words(curve)),
                {.expected = counted(signature_size(curve), "byte") +
                             " of r and s one after the other, or DER",
                 .got = counted(signature.size(), "byte"),
                 .hint = "bytes, not base64 or hexadecimal text"});
  throw Error(ErrorKind::untrusted,
              "the signature does not hold: it is not by the certificate's key over this image",
              {.expected = "one over the PCR0 " + to_hex(pcr0),
               .hint = "`reproduce sign --request` writes what must be signed, for the same image "
                       "and certificate"});
}

}  // namespace reproduce::sign

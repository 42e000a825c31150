#include "reproduce/sign/certificate.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::sign {

SigningCertificate read_certificate(std::string pem) {
  // "BEGIN PRIVATE KEY", "BEGIN EC PRIVATE KEY", "BEGIN ENCRYPTED PRIVATE KEY": RFC 7468.
  if (pem.find("PRIVATE KEY-----") != std::string::npos)
    throw Error(ErrorKind::usage, "the certificate's file holds a private key too",
                {.expected = "certificates alone",
                 .hint = "the whole file becomes part of the image, for everybody to read; take "
                         "the key out of it"});
  Certificate certificate = decode_pem_certificate(pem, "the signing certificate");
  std::optional<EcPublicKey> key = public_key(certificate);
  if (!key) {
    const bool is_rsa = certificate.public_key_algorithm.starts_with("rsa");
    throw Error(ErrorKind::usage,
                is_rsa ? "images cannot be signed with an RSA key"
                       : "images cannot be signed with this certificate's kind of key",
                {.expected = "a certificate for a key on P-256, P-384 or P-521",
                 .got = printable(certificate.public_key_algorithm),
                 .hint = "the signature section knows ES256, ES384 and ES512 only, and AWS's "
                         "hypervisor takes nothing else"});
  }
  if (certificate.key_usage && !certificate.key_usage->digital_signature)
    throw Error(ErrorKind::usage, "the signing certificate says that its key is not for signatures",
                {.where = quote(words(certificate.subject)),
                 .expected = "a key usage with digitalSignature, or no key usage",
                 .got = certificate.key_usage->sign_certificates
                            ? "a key usage without it, for signing certificates"
                            : "a key usage without it",
                 .hint = "sign with a certificate that is meant for it, which makes another PCR8"});
  return {.pem = std::move(pem), .certificate = std::move(certificate), .key = std::move(*key)};
}

void require_valid_at(const SigningCertificate& certificate, UnixSeconds time) {
  const CertificateTime& not_before = certificate.certificate.not_before;
  const CertificateTime& not_after = certificate.certificate.not_after;
  if (time >= not_before.time && time <= not_after.time) return;
  throw Error(
      ErrorKind::untrusted,
      time < not_before.time ? "the signing certificate is not valid yet"
                             : "the signing certificate has expired",
      {.expected =
           "a time from " + format_utc(not_before.time) + " to " + format_utc(not_after.time),
       .got = format_utc(time),
       .hint = "an enclave of such an image does not start; get a new certificate, which may be "
               "for the same key but makes another PCR8"});
}

void require_match(const SigningCertificate& certificate, const SigningKey& key) {
  if (!key.public_key()) return;
  const EcPublicKey* const other = key.public_key()->on_curve();
  if (other != nullptr && *other == certificate.key) return;
  throw Error(ErrorKind::usage, "the private key is not the certificate's",
              {.file = key.location(),
               .expected = "the key that the certificate of " +
                           quote(words(certificate.certificate.subject)) + " is for",
               .got = "another key on " + std::string(key.public_key()->words())});
}

}  // namespace reproduce::sign

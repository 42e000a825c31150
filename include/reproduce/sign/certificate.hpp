#pragma once

/// The certificate that an image is signed under: what PCR8 is made of.

#include <cstdint>
#include <string>

#include "reproduce/base/rfc3339.hpp"
#include "reproduce/crypto/ecdsa.hpp"
#include "reproduce/crypto/x509.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::sign {

/// Our own limit. The whole section has 32768 bytes at the most, and takes about two for each of
/// the file's.
inline constexpr std::uint64_t max_certificate_file_size = std::uint64_t{1} << 15;

struct SigningCertificate {
  std::string pem;          ///< the file as it is: a chain and other words included
  Certificate certificate;  ///< the first in it, which alone counts
  EcPublicKey key;          ///< of `certificate`
};

/// Takes the text of a PEM file. Error{malformed} when there is no certificate in it;
/// Error{usage} when its key is an RSA key or on another curve, when it has a key usage without
/// digitalSignature (RFC 5280, section 4.2.1.3; most have no key usage at all, which allows
/// everything), and when the file holds a private key too, which would go into the image with it.
[[nodiscard]] SigningCertificate read_certificate(std::string pem);

/// Error{untrusted} unless the certificate is valid at `time`: both of its dates included, as RFC
/// 5280 (section 4.1.2.5) has them. Nothing else is checked: the hypervisor asks no authority, and
/// most of these certificates are signed by themselves.
void require_valid_at(const SigningCertificate& certificate, UnixSeconds time);

/// Error{usage} when `key` is known not to be the certificate's.
void require_match(const SigningCertificate& certificate, const SigningKey& key);

}  // namespace reproduce::sign

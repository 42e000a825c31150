#pragma once

/// X.509 certificates (RFC 5280), decoded whole into plain values. Nothing here
/// says that a certificate is to be trusted: see crypto/chain.hpp.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/crypto/ecdsa.hpp"

namespace reproduce {

/// One attribute of a name, such as {"commonName", "CN", "aws.nitro-enclaves"}.
struct NameEntry {
  std::string long_name;   ///< OpenSSL's long name, or the dotted number
  std::string short_name;  ///< OpenSSL's short name, or the dotted number
  std::string value;       ///< UTF-8; may be hostile
  bool operator==(const NameEntry&) const = default;
};

/// A distinguished name in the order of its encoding.
using Name = std::vector<NameEntry>;

/// "C=US, O=Amazon, OU=AWS, CN=aws.nitro-enclaves"; may be hostile.
[[nodiscard]] std::string words(const Name& name);

/// A point in time of a certificate.
struct CertificateTime {
  UnixSeconds time = 0;
  std::string text;  ///< as OpenSSL prints it: "Nov 22 05:22:44 2026 GMT"
};

/// RFC 5280, section 4.2.1.9.
struct BasicConstraints {
  bool critical = false;
  bool is_authority = false;
  std::optional<std::uint32_t> path_length;  ///< nothing: unlimited; of meaning for authorities
};

/// RFC 5280, section 4.2.1.3; the two uses that chains of signatures need.
struct KeyUsage {
  bool critical = false;
  bool digital_signature = false;
  bool sign_certificates = false;
};

struct Certificate {
  Bytes der;
  Sha256Digest fingerprint{};  ///< SHA-256 of the DER
  Bytes serial;  ///< its number, big-endian, without zeros in front; negative ones as positive
  Name subject, issuer;
  CertificateTime not_before, not_after;
  std::string signature_algorithm;   ///< OpenSSL's long name: "ecdsa-with-SHA384"
  Bytes signature;                   ///< the content of the signature bit string
  std::string public_key_algorithm;  ///< "id-ecPublicKey", with the curve where it is named
  std::optional<Curve> curve;        ///< of the key, where it is one of the three and named
  Bytes public_key_info;             ///< DER, for EcPublicKey::decode
  std::optional<BasicConstraints> basic_constraints;  ///< nothing: no such extension
  std::optional<KeyUsage> key_usage;                  ///< nothing: no such extension
};

/// Decodes one certificate that fills `der`. Everything that this struct tells
/// must be in DER, so that one certificate has one spelling: a boolean is 00 or
/// FF, dates exist and have RFC 5280's two forms, no extension comes twice.
/// Throws Error{malformed}; `what` names the certificate in its words.
[[nodiscard]] Certificate decode_certificate(ByteView der, std::string_view what = "certificate");

/// The first certificate of a PEM text (RFC 7468); keys and words around it are
/// passed over, as OpenSSL's PEM_read_bio_X509 does. Never asks for a password.
[[nodiscard]] Certificate decode_pem_certificate(std::string_view text,
                                                 std::string_view what = "certificate");

/// The public key where it is on one of the three curves.
[[nodiscard]] std::optional<EcPublicKey> public_key(const Certificate& certificate);

}  // namespace reproduce

#pragma once

/// Keys and certificates for tests, made by OpenSSL: as good or as wrong as a
/// test wants them. Never part of the product.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/rfc3339.hpp"

struct evp_pkey_st;

namespace reproduce::test {

enum class KeyKind { p256, p384, p384_explicit, p521, secp256k1, brainpool384, ed25519, rsa2048 };

/// A fresh private key.
class PrivateKey {
 public:
  explicit PrivateKey(KeyKind kind);

  [[nodiscard]] Bytes public_key_info() const;

  /// r||s over the digest that goes with the curve, as COSE has it.
  [[nodiscard]] Bytes sign(ByteView message) const;

  /// The same as DER, another signature each time.
  [[nodiscard]] Bytes sign_der(ByteView message) const;

  [[nodiscard]] evp_pkey_st* get() const noexcept { return key_.get(); }

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  KeyKind kind_;
  std::unique_ptr<evp_pkey_st, Free> key_;
};

struct Extension {
  std::string name;  ///< OpenSSL's, such as "basicConstraints"
  bool critical = false;
  Bytes content;  ///< put in as it is
};

[[nodiscard]] Extension basic_constraints(bool is_authority,
                                          std::optional<std::uint8_t> path_length = std::nullopt,
                                          bool critical = true);

inline constexpr std::uint8_t digital_signature = 0x80;  ///< RFC 5280, section 4.2.1.3
inline constexpr std::uint8_t sign_certificates = 0x04;

[[nodiscard]] Extension key_usage(std::uint8_t uses, bool critical = true);

struct CertificateRecipe {
  std::string subject, issuer;  ///< common names
  UnixSeconds not_before = 0, not_after = 0;
  std::vector<Extension> extensions{};
  std::string digest = "SHA384";
  std::string raw_not_after{};  ///< the text of a UTCTime, put in as it is
  long version = 2;             ///< 2 means v3
};

/// The DER of a certificate for `subject`'s key, signed by `issuer`.
[[nodiscard]] Bytes make_certificate(const CertificateRecipe& recipe, const PrivateKey& subject,
                                     const PrivateKey& issuer);

/// DER as PEM.
[[nodiscard]] std::string to_pem(ByteView certificate);

}  // namespace reproduce::test

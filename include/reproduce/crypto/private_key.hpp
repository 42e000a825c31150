#pragma once

/// A private key out of a PEM file, for a library that signs but reads no PEM.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/ecdsa.hpp"

struct evp_pkey_st;

namespace reproduce {

/// A key of whatever kind. OpenSSL overwrites it before its memory is given back. Moves only.
class PemPrivateKey {
 public:
  /// The first private key in `pem`: PKCS#8 (RFC 7468, sections 10 and 11), encrypted or not, SEC1
  /// (RFC 5915) or what OpenSSL wrote before PKCS#8. Nothing when there is none, when it is
  /// damaged, and when the passphrase does not open it; nobody is asked for one.
  [[nodiscard]] static std::optional<PemPrivateKey> decode(std::string_view pem,
                                                           const std::string& passphrase);

  /// OpenSSL's word for its kind: "EC", "RSA", "ED25519".
  [[nodiscard]] std::string kind() const;

  /// A DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7); empty when the key has none.
  [[nodiscard]] Bytes public_key_info() const;

  /// The secret number of a key on `curve`, big-endian, as long as the curve's order; the caller
  /// overwrites it after use. Nothing for keys that are no single number of that size.
  [[nodiscard]] std::optional<Bytes> secret_number(Curve curve) const;

  /// 64 bytes (RFC 8032), for which there is no number k to draw. Nothing for keys of other kinds.
  [[nodiscard]] std::optional<Bytes> sign_ed25519(ByteView message) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Key = std::unique_ptr<evp_pkey_st, Free>;
  explicit PemPrivateKey(Key key) noexcept : key_(std::move(key)) {}

  Key key_;
};

}  // namespace reproduce

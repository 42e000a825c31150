#pragma once

/// Private keys that sign images and statements, in a file or in a token, used by GnuTLS. (In the
/// static variant, which has no GnuTLS: in a PEM file alone, used by libgcrypt and OpenSSL.)
///
/// A key in a file signs deterministically (RFC 6979): the same message gives the same
/// signature, so that a signed image reproduces bit for bit. A token (PKCS#11: an HSM, a smart
/// card) draws a number of its own for each signature, which nobody can predict.
///
/// docs/decisions/0024-gnutls-signs.md says why GnuTLS, 0027-static-binary.md why not always.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/ecdsa.hpp"
#include "reproduce/crypto/public_key.hpp"
#include "reproduce/sign/secret.hpp"

namespace reproduce::sign {

/// Whether `location` names a key in a token, by a PKCS#11 URI (RFC 7512), and not a file.
[[nodiscard]] bool is_token_url(std::string_view location) noexcept;

/// Our own limit: keys have some hundred bytes.
inline constexpr std::uint64_t max_key_file_size = std::uint64_t{1} << 16;

/// What a key is to sign: images know keys on P-256, P-384 and P-521, statements Ed25519 as well.
enum class KeyUse { image, statement };

class PrivateKey;

/// A private key. Moves only.
class SigningKey {
 public:
  /// The key at `location`: a PEM file (PKCS#8, encrypted or not; or SEC1, RFC 5915), a file of
  /// OpenSSH that is not encrypted, or a URI "pkcs11:token=...;object=...". The URI's attribute
  /// `module-path` names the token's library; without it those are asked that the system's p11-kit
  /// knows.
  ///
  /// `ask` is called for encrypted files and for tokens that want a PIN, once: a wrong PIN is
  /// not tried again, because tokens lock themselves.
  ///
  /// Error{usage}: RSA and other kinds of keys, other curves, a wrong passphrase or PIN, a PIN
  /// in the URI; any URI, and OpenSSH's files, in the static variant. Error{malformed}: no key.
  /// Error{environment}: no such file, token or object.
  [[nodiscard]] static SigningKey load(const std::string& location, const AskSecret& ask,
                                       KeyUse use = KeyUse::image);

  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey();

  /// As load() took it.
  [[nodiscard]] const std::string& location() const noexcept { return location_; }

  /// Whether signing the same message again gives the same signature.
  [[nodiscard]] bool is_deterministic() const noexcept { return !is_token_url(location_); }

  /// Nothing where a token does not tell it, which it must for statements.
  [[nodiscard]] const std::optional<PublicKey>& public_key() const noexcept { return public_key_; }

  /// r||s over `message` with the digest that goes with the curve, which must be the key's.
  [[nodiscard]] Bytes sign(Curve curve, ByteView message) const;

  /// What PublicKey::signed_this() takes, and it has been asked. Of a key that was loaded for
  /// statements.
  [[nodiscard]] Bytes sign_statement(ByteView message) const;

 private:
  SigningKey(std::unique_ptr<PrivateKey> key, std::string location, KeyUse use);
  void require_usable(KeyUse use) const;

  std::unique_ptr<PrivateKey> key_;
  std::string location_;
  std::optional<PublicKey> public_key_;
};

}  // namespace reproduce::sign

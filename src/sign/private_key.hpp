#pragma once

/// A private key as the library has it that signs. For the .cpp files of this folder only.

#include <memory>
#include <optional>
#include <string>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/ecdsa.hpp"
#include "reproduce/crypto/public_key.hpp"
#include "reproduce/sign/secret.hpp"

namespace reproduce::sign {

/// One of two files implements open(): gnutls_key.cpp, or libgcrypt_key.cpp in the static variant
/// (docs/decisions/0027-static-binary.md). Both give the same signatures for keys in files.
class PrivateKey {
 public:
  enum class Kind { ec, ed25519, rsa, other };

  /// Errors as SigningKey::load(), less those about the kind of the key.
  [[nodiscard]] static std::unique_ptr<PrivateKey> open(const std::string& location,
                                                        const AskSecret& ask);

  PrivateKey() = default;
  PrivateKey(const PrivateKey&) = delete;
  PrivateKey& operator=(const PrivateKey&) = delete;
  PrivateKey(PrivateKey&&) = delete;
  PrivateKey& operator=(PrivateKey&&) = delete;
  virtual ~PrivateKey() = default;

  [[nodiscard]] virtual Kind kind() const = 0;

  /// The library's word for the kind; empty when it has none.
  [[nodiscard]] virtual std::string kind_words() const = 0;

  /// Nothing where a token does not tell it, and for other kinds and curves.
  [[nodiscard]] virtual std::optional<PublicKey> public_key() const = 0;

  /// As SigningKey::sign().
  [[nodiscard]] virtual Bytes sign(Curve curve, ByteView message) const = 0;

  /// 64 bytes, by a key of that kind.
  [[nodiscard]] virtual Bytes sign_ed25519(ByteView message) const = 0;
};

}  // namespace reproduce::sign

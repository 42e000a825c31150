#pragma once

/// Public keys of people who sign statements: ECDSA over the NIST curves, and Ed25519 (RFC 8032).
///
/// In files they are PEM ("BEGIN PUBLIC KEY", RFC 7468, section 13) or a line of OpenSSH
/// ("ssh-ed25519 AAAA... name"; RFC 4253, section 6.6, RFC 5656, section 3.1, RFC 8709,
/// section 4). A key is the same key in whatever form it came.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/ecdsa.hpp"

namespace reproduce {

/// The 32 bytes of RFC 8032, section 5.1.5. Any 32 bytes may be put here: those that are no point
/// verify nothing.
using Ed25519PublicKey = std::array<std::uint8_t, 32>;

class PublicKey {
 public:
  explicit PublicKey(EcPublicKey key) : key_(std::move(key)) {}
  explicit PublicKey(const Ed25519PublicKey& key) : key_(key) {}

  /// From a DER SubjectPublicKeyInfo. Nothing when it is of another kind, of another curve, or
  /// is no key.
  [[nodiscard]] static std::optional<PublicKey> decode(ByteView public_key_info);

  /// "P-256", "Ed25519" and so on.
  [[nodiscard]] std::string_view words() const;

  /// The DER SubjectPublicKeyInfo, with a point in full: one key has one.
  [[nodiscard]] Bytes public_key_info() const;

  /// SHA-256 of public_key_info(), in hexadecimal: what signatures name the key by.
  [[nodiscard]] std::string id() const;

  /// Whether `signature` over `message` is by this key: the DER form for ECDSA (with the digest
  /// that goes with the curve), 64 bytes for Ed25519.
  [[nodiscard]] bool signed_this(ByteView message, ByteView signature) const;

  /// The key for images, which knows no Ed25519; null for that.
  [[nodiscard]] const EcPublicKey* on_curve() const { return std::get_if<EcPublicKey>(&key_); }

  [[nodiscard]] bool operator==(const PublicKey& other) const { return key_ == other.key_; }

 private:
  std::variant<EcPublicKey, Ed25519PublicKey> key_;
};

/// Our own limit: keys have some hundred bytes.
inline constexpr std::uint64_t max_public_key_file_size = std::uint64_t{1} << 16;

/// All keys of a text, PEM or lines of OpenSSH; empty lines and those that begin with `#` are
/// passed over. Throws Error{malformed} when there is none, when one is of another kind (RSA,
/// another curve), or when it is a private key, which nobody should hand out.
[[nodiscard]] std::vector<PublicKey> read_public_keys(std::string_view text);

}  // namespace reproduce

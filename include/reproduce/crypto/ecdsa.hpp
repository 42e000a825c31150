#pragma once

/// ECDSA over the NIST curves, with signatures as COSE has them: r and s, each
/// big-endian and as long as the curve's order, one after the other.
///
/// The curve chooses the digest: P-256 SHA-256, P-384 SHA-384, P-521 SHA-512
/// (ES256, ES384 and ES512 of RFC 9053, section 2.1).

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "reproduce/base/bytes.hpp"

struct evp_pkey_st;

namespace reproduce {

enum class Curve { p256, p384, p521 };

/// "P-256" and so on.
[[nodiscard]] std::string_view words(Curve curve);

/// Bytes of r||s: 64, 96 or 132.
[[nodiscard]] std::size_t signature_size(Curve curve);

/// The DER form of r||s, of signature_size() bytes.
[[nodiscard]] Bytes der_signature(ByteView raw);

/// What is signed of a message: its digest by the algorithm that goes with the curve.
[[nodiscard]] Bytes message_digest(Curve curve, ByteView message);

/// r||s out of the DER form of a signature (RFC 3279, section 2.2.3: ECDSA-Sig-Value), which
/// most libraries, tokens and services give. Nothing when it is anything else, has another
/// spelling, or numbers that are too large for the curve.
[[nodiscard]] std::optional<Bytes> raw_signature(Curve curve, ByteView der);

/// A point on one of the three curves. Moves only.
class EcPublicKey {
 public:
  /// From a DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7). Nothing when
  /// it is no key on one of the three curves, or names its curve by explicit
  /// parameters, which could describe a curve that only looks like one of them
  /// (RFC 5480, section 2.1.1 forbids them too).
  [[nodiscard]] static std::optional<EcPublicKey> decode(ByteView public_key_info);

  /// From a point in full: 4, x and y (SEC 1, section 2.3.3). Nothing when it is none of the curve.
  [[nodiscard]] static std::optional<EcPublicKey> from_point(Curve curve, ByteView point);

  [[nodiscard]] Curve curve() const noexcept { return curve_; }

  /// The DER SubjectPublicKeyInfo with the point in full, in whatever form it came.
  [[nodiscard]] Bytes public_key_info() const;

  /// Whether `signature` over `message` is by this key. A signature of the wrong
  /// size, or with r or s outside 1..n-1, is simply not.
  [[nodiscard]] bool signed_this(ByteView message, ByteView signature) const;

  /// Whether both are the same point on the same curve.
  [[nodiscard]] bool operator==(const EcPublicKey& other) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Key = std::unique_ptr<evp_pkey_st, Free>;
  EcPublicKey(Key key, Curve curve) noexcept : key_(std::move(key)), curve_(curve) {}

  Key key_;
  Curve curve_;
};

}  // namespace reproduce

#include "reproduce/crypto/ecdsa.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "named_curve.hpp"
#include "openssl.hpp"
#include <openssl/core_names.h>
#include <openssl/objects.h>

#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

using openssl::NumberHandle;
using openssl::PublicKeyInfoHandle;
using openssl::SignatureHandle;

struct CurveFacts {
  Curve curve;
  int nid;
  std::string_view words;
  std::size_t signature_size;
  const EVP_MD* (*digest)();
};

// Names of FIPS 186-4; sizes of RFC 9053, section 2.1.
constexpr CurveFacts curves[] = {
    {Curve::p256, NID_X9_62_prime256v1, "P-256", 64, EVP_sha256},
    {Curve::p384, NID_secp384r1, "P-384", 96, EVP_sha384},
    {Curve::p521, NID_secp521r1, "P-521", 132, EVP_sha512},
};

const CurveFacts& facts_of(Curve curve) {
  for (const CurveFacts& facts : curves)
    if (facts.curve == curve) return facts;
  throw Error(ErrorKind::bug, "unknown curve");
}

/// A SubjectPublicKeyInfo up to the point (RFC 5480, section 2.1; the names of the curves are of
/// section 2.1.1.1): for each curve the same bytes, since nothing in it varies in length.
ByteView key_info_front(Curve curve) {
  static constexpr std::uint8_t p256[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                          0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                          0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
  static constexpr std::uint8_t p384[] = {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                          0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b,
                                          0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00};
  static constexpr std::uint8_t p521[] = {0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86,
                                          0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81,
                                          0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00};
  switch (curve) {
    case Curve::p256:
      return p256;
    case Curve::p384:
      return p384;
    case Curve::p521:
      return p521;
  }
  throw Error(ErrorKind::bug, "unknown curve");
}

constexpr std::uint8_t point_in_full = 4;  // SEC 1, section 2.3.3

}  // namespace

std::optional<Curve> named_curve(const X509_PUBKEY& info) {
  X509_ALGOR* algorithm = nullptr;
  X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &algorithm, &info);
  const ASN1_OBJECT* name = nullptr;
  int parameter_type = 0;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&name, &parameter_type, &parameter, algorithm);
  if (OBJ_obj2nid(name) != NID_X9_62_id_ecPublicKey || parameter_type != V_ASN1_OBJECT)
    return std::nullopt;
  const int nid = OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameter));
  for (const CurveFacts& facts : curves)
    if (facts.nid == nid) return facts.curve;
  return std::nullopt;
}

std::string_view words(Curve curve) {
  return facts_of(curve).words;
}

std::size_t signature_size(Curve curve) {
  return facts_of(curve).signature_size;
}

Bytes message_digest(Curve curve, ByteView message) {
  const EVP_MD* const digest = facts_of(curve).digest();
  Bytes value(static_cast<std::size_t>(EVP_MD_get_size(digest)));
  if (EVP_Digest(message.data(), message.size(), value.data(), nullptr, digest, nullptr) != 1)
    throw Error(ErrorKind::environment, "OpenSSL could not compute a digest",
                {.got = openssl::take_error_words()});
  return value;
}

Bytes der_signature(ByteView raw) {
  const std::size_t half = raw.size() / 2;
  const auto number = [](ByteView digits) {
    return openssl::require(
        NumberHandle(BN_bin2bn(digits.data(), static_cast<int>(digits.size()), nullptr)));
  };
  NumberHandle r = number(raw.first(half));
  NumberHandle s = number(raw.subspan(half));
  const SignatureHandle signature = openssl::require(SignatureHandle(ECDSA_SIG_new()));
  // Takes both numbers over; it fails for null pointers only.
  ECDSA_SIG_set0(signature.get(), r.release(), s.release());
  Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(signature.get(), nullptr)));
  std::uint8_t* end = der.data();
  i2d_ECDSA_SIG(signature.get(), &end);
  return der;
}

std::optional<Bytes> raw_signature(Curve curve, ByteView der) {
  const std::size_t size = signature_size(curve);
  if (der.size() > 2 * size) return std::nullopt;  // far more than the longest takes
  const std::uint8_t* end = der.data();
  const SignatureHandle signature(d2i_ECDSA_SIG(nullptr, &end, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!signature) return std::nullopt;
  const auto half = static_cast<int>(size / 2);
  Bytes raw(size);
  const bool fits =
      BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), half) == half &&
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + half, half) == half;
  ERR_clear_error();
  // Negative numbers, other spellings and what follows the signature do not come out the same.
  if (!fits || !std::ranges::equal(der_signature(raw), der)) return std::nullopt;
  return raw;
}

bool EcPublicKey::operator==(const EcPublicKey& other) const {
  const bool equal = curve_ == other.curve_ && EVP_PKEY_eq(key_.get(), other.key_.get()) == 1;
  ERR_clear_error();
  return equal;
}

void EcPublicKey::Free::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}

std::optional<EcPublicKey> EcPublicKey::decode(ByteView public_key_info) {
  if (public_key_info.size() > std::numeric_limits<long>::max()) return std::nullopt;
  const std::uint8_t* end = public_key_info.data();
  const PublicKeyInfoHandle info(
      d2i_X509_PUBKEY(nullptr, &end, static_cast<long>(public_key_info.size())));
  const bool whole = info && end == public_key_info.data() + public_key_info.size();
  const std::optional<Curve> curve = whole ? named_curve(*info) : std::nullopt;
  // Decoding the key checks that the point is on the curve.
  Key key(curve ? X509_PUBKEY_get(info.get()) : nullptr);
  ERR_clear_error();
  if (!key) return std::nullopt;
  return EcPublicKey(std::move(key), *curve);
}

std::optional<EcPublicKey> EcPublicKey::from_point(Curve curve, ByteView point) {
  // r and s are as long as x and y on all three curves.
  if (point.size() != 1 + signature_size(curve) || point[0] != point_in_full) return std::nullopt;
  const ByteView front = key_info_front(curve);
  Bytes info(front.begin(), front.end());
  info.insert(info.end(), point.begin(), point.end());
  return decode(info);
}

Bytes EcPublicKey::public_key_info() const {
  const ByteView front = key_info_front(curve_);
  Bytes info(front.begin(), front.end());
  info.push_back(point_in_full);
  const std::size_t half = signature_size(curve_) / 2;
  for (const char* name : {OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y}) {
    BIGNUM* number = nullptr;
    const int result = EVP_PKEY_get_bn_param(key_.get(), name, &number);
    const NumberHandle owned = openssl::require(NumberHandle(result == 1 ? number : nullptr));
    info.resize(info.size() + half);
    BN_bn2binpad(owned.get(), info.data() + info.size() - half, static_cast<int>(half));
  }
  return info;
}

bool EcPublicKey::signed_this(ByteView message, ByteView signature) const {
  const CurveFacts& facts = facts_of(curve_);
  if (signature.size() != facts.signature_size) return false;
  const Bytes der = der_signature(signature);
  const auto context = openssl::require(
      std::unique_ptr<EVP_MD_CTX, openssl::Free<EVP_MD_CTX_free>>(EVP_MD_CTX_new()));
  if (EVP_DigestVerifyInit(context.get(), nullptr, facts.digest(), nullptr, key_.get()) != 1)
    throw Error(ErrorKind::environment, "OpenSSL cannot check ECDSA signatures",
                {.got = openssl::take_error_words()});
  const int result =
      EVP_DigestVerify(context.get(), der.data(), der.size(), message.data(), message.size());
  ERR_clear_error();
  return result == 1;
}

}  // namespace reproduce

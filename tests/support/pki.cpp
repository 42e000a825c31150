#include "support/pki.hpp"

#include <cstdint>
#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::test {
namespace {

template <auto free>
struct FreeBy {
  template <typename Handle>
  void operator()(Handle* handle) const noexcept {
    free(handle);
  }
};

using CertificateHandle = std::unique_ptr<X509, FreeBy<X509_free>>;
using DigestHandle = std::unique_ptr<EVP_MD_CTX, FreeBy<EVP_MD_CTX_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreeBy<X509_EXTENSION_free>>;
using SignatureHandle = std::unique_ptr<ECDSA_SIG, FreeBy<ECDSA_SIG_free>>;
using StringHandle = std::unique_ptr<ASN1_OCTET_STRING, FreeBy<ASN1_OCTET_STRING_free>>;

void require(bool success) {
  if (!success) throw std::runtime_error("OpenSSL could not make test material");
}

evp_pkey_st* generate(KeyKind kind) {
  switch (kind) {
    case KeyKind::p256:
      return EVP_EC_gen("P-256");
    case KeyKind::p384:
    case KeyKind::p384_explicit:
      return EVP_EC_gen("P-384");
    case KeyKind::p521:
      return EVP_EC_gen("P-521");
    case KeyKind::secp256k1:
      return EVP_EC_gen("secp256k1");
    case KeyKind::brainpool384:
      return EVP_EC_gen("brainpoolP384r1");
    case KeyKind::ed25519:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case KeyKind::rsa2048:
      return EVP_RSA_gen(2048);
  }
  return nullptr;
}

/// Bytes of r and of s, or 0 for keys that do not sign with ECDSA.
int half_size(KeyKind kind) {
  switch (kind) {
    case KeyKind::p256:
    case KeyKind::secp256k1:
      return 32;
    case KeyKind::p384:
    case KeyKind::p384_explicit:
    case KeyKind::brainpool384:
      return 48;
    case KeyKind::p521:
      return 66;
    case KeyKind::ed25519:
    case KeyKind::rsa2048:
      return 0;
  }
  return 0;
}

const EVP_MD* digest_for(KeyKind kind) {
  if (kind == KeyKind::ed25519) return nullptr;  // which has its own
  if (half_size(kind) == 32) return EVP_sha256();
  return half_size(kind) == 66 ? EVP_sha512() : EVP_sha384();
}

template <typename Value, typename Encode>
Bytes encode(Value* value, Encode encode_value) {
  const int size = encode_value(value, nullptr);
  require(size > 0);
  Bytes bytes(static_cast<std::size_t>(size));
  std::uint8_t* end = bytes.data();
  encode_value(value, &end);
  return bytes;
}

void set_name(X509_NAME* name, const std::string& common_name) {
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(common_name.data()),
                                     static_cast<int>(common_name.size()), -1, 0) == 1);
}

void add_extension(X509* certificate, const Extension& extension) {
  const StringHandle content(ASN1_OCTET_STRING_new());
  require(ASN1_OCTET_STRING_set(content.get(), extension.content.data(),
                                static_cast<int>(extension.content.size())) == 1);
  const ExtensionHandle handle(X509_EXTENSION_create_by_NID(
      nullptr, OBJ_txt2nid(extension.name.c_str()), extension.critical ? 1 : 0, content.get()));
  require(handle != nullptr && X509_add_ext(certificate, handle.get(), -1) == 1);
}

/// Bytes that say nothing about time pass too: OpenSSL checks only what it sets itself.
void set_times(X509* certificate, const CertificateRecipe& recipe) {
  require(ASN1_TIME_adj(X509_getm_notBefore(certificate), recipe.not_before, 0, 0) != nullptr);
  require(ASN1_TIME_adj(X509_getm_notAfter(certificate), recipe.not_after, 0, 0) != nullptr);
  if (recipe.raw_not_after.empty()) return;
  ASN1_TIME* const not_after = X509_getm_notAfter(certificate);
  require(ASN1_STRING_set(not_after, recipe.raw_not_after.data(),
                          static_cast<int>(recipe.raw_not_after.size())) == 1);
  not_after->type = V_ASN1_UTCTIME;
}

}  // namespace

void PrivateKey::Free::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}

PrivateKey::PrivateKey(KeyKind kind) : kind_(kind), key_(generate(kind)) {
  require(key_ != nullptr);
  if (kind == KeyKind::p384_explicit)
    require(EVP_PKEY_set_utf8_string_param(key_.get(), OSSL_PKEY_PARAM_EC_ENCODING, "explicit") ==
            1);
}

Bytes PrivateKey::public_key_info() const {
  return encode(key_.get(), i2d_PUBKEY);
}

Bytes PrivateKey::sign_der(ByteView message) const {
  const DigestHandle context(EVP_MD_CTX_new());
  require(EVP_DigestSignInit(context.get(), nullptr, digest_for(kind_), nullptr, key_.get()) == 1);
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  Bytes der(size);
  require(EVP_DigestSign(context.get(), der.data(), &size, message.data(), message.size()) == 1);
  der.resize(size);
  return der;
}

Bytes PrivateKey::sign(ByteView message) const {
  const Bytes der = sign_der(message);
  const std::uint8_t* end = der.data();
  const SignatureHandle signature(d2i_ECDSA_SIG(nullptr, &end, static_cast<long>(der.size())));
  require(signature != nullptr);
  const int half = half_size(kind_);
  Bytes raw(static_cast<std::size_t>(2 * half));
  require(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), half) == half);
  require(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + half, half) == half);
  return raw;
}

Extension basic_constraints(bool is_authority, std::optional<std::uint8_t> path_length,
                            bool critical) {
  Bytes content = {0x30, 0};
  if (is_authority) content.insert(content.end(), {0x01, 0x01, 0xff});
  if (path_length) content.insert(content.end(), {0x02, 0x01, *path_length});
  content[1] = static_cast<std::uint8_t>(content.size() - 2);
  return {"basicConstraints", critical, content};
}

Extension key_usage(std::uint8_t uses, bool critical) {
  std::uint8_t unused_bits = 0;
  while (unused_bits < 7 && (uses >> unused_bits & 1) == 0) ++unused_bits;
  return {"keyUsage", critical, {0x03, 0x02, unused_bits, uses}};
}

Bytes make_certificate(const CertificateRecipe& recipe, const PrivateKey& subject,
                       const PrivateKey& issuer) {
  const CertificateHandle certificate(X509_new());
  X509* const x509 = certificate.get();
  require(x509 != nullptr && X509_set_version(x509, recipe.version) == 1);
  require(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1) == 1);
  set_name(X509_get_subject_name(x509), recipe.subject);
  set_name(X509_get_issuer_name(x509), recipe.issuer);
  set_times(x509, recipe);
  // OpenSSL takes a key over as it was encoded, explicit parameters and all.
  require(X509_set_pubkey(x509, subject.get()) == 1);
  for (const Extension& extension : recipe.extensions) add_extension(x509, extension);
  const bool is_ed25519 = EVP_PKEY_get_base_id(issuer.get()) == EVP_PKEY_ED25519;
  const EVP_MD* const digest = is_ed25519 ? nullptr : EVP_get_digestbyname(recipe.digest.c_str());
  require(X509_sign(x509, issuer.get(), digest) > 0);
  return encode(x509, i2d_X509);
}

std::string to_pem(ByteView certificate) {
  const std::string body = to_base64(certificate);
  std::string pem = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t at = 0; at < body.size(); at += 64) (pem += body.substr(at, 64)) += '\n';
  return pem + "-----END CERTIFICATE-----\n";
}

}  // namespace reproduce::test

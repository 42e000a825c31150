#include "reproduce/crypto/private_key.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "openssl.hpp"
#include <openssl/core_names.h>
#include <openssl/pem.h>

namespace reproduce {
namespace {

/// Without a function of ours, OpenSSL would ask on the terminal.
int give_passphrase(char* room, int size, int /*for_writing*/, void* passphrase) {
  const std::string& text = *static_cast<const std::string*>(passphrase);
  if (size < 0 || text.size() > static_cast<std::size_t>(size)) return -1;
  std::copy(text.begin(), text.end(), room);
  return static_cast<int>(text.size());
}

}  // namespace

void PemPrivateKey::Free::operator()(evp_pkey_st* key) const noexcept {
  EVP_PKEY_free(key);
}

std::optional<PemPrivateKey> PemPrivateKey::decode(std::string_view pem,
                                                   const std::string& passphrase) {
  if (pem.empty() || pem.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return std::nullopt;
  const auto input = openssl::require(
      openssl::InputHandle(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))));
  std::string copy = passphrase;  // the parameter of a callback in C cannot be const
  Key key(PEM_read_bio_PrivateKey(input.get(), nullptr, give_passphrase, &copy));
  OPENSSL_cleanse(copy.data(), copy.size());
  ERR_clear_error();
  if (!key) return std::nullopt;
  return PemPrivateKey(std::move(key));
}

std::string PemPrivateKey::kind() const {
  const char* const name = EVP_PKEY_get0_type_name(key_.get());
  return name == nullptr ? "" : name;
}

Bytes PemPrivateKey::public_key_info() const {
  const int size = i2d_PUBKEY(key_.get(), nullptr);
  Bytes der(static_cast<std::size_t>(std::max(size, 0)));
  std::uint8_t* end = der.data();
  if (size > 0) i2d_PUBKEY(key_.get(), &end);
  ERR_clear_error();
  return der;
}

std::optional<Bytes> PemPrivateKey::secret_number(Curve curve) const {
  BIGNUM* found = nullptr;
  const bool has_one = EVP_PKEY_get_bn_param(key_.get(), OSSL_PKEY_PARAM_PRIV_KEY, &found) == 1;
  const std::unique_ptr<BIGNUM, openssl::Free<BN_clear_free>> number(found);
  Bytes digits(signature_size(curve) / 2);
  const bool fits =
      has_one && BN_bn2binpad(number.get(), digits.data(), static_cast<int>(digits.size())) >= 0;
  ERR_clear_error();
  if (!fits) return std::nullopt;
  return digits;
}

std::optional<Bytes> PemPrivateKey::sign_ed25519(ByteView message) const {
  if (EVP_PKEY_is_a(key_.get(), "ED25519") != 1) return std::nullopt;
  const auto context = openssl::require(
      std::unique_ptr<EVP_MD_CTX, openssl::Free<EVP_MD_CTX_free>>(EVP_MD_CTX_new()));
  std::size_t size = 64;
  Bytes signature(size);
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1)
    throw Error(ErrorKind::environment, "OpenSSL cannot make Ed25519 signatures",
                {.got = openssl::take_error_words()});
  return signature;
}

}  // namespace reproduce

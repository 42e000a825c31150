#include "support/signer.hpp"

#include <memory>
#include <stdexcept>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "reproduce/base/error.hpp"

namespace reproduce::test {

std::string private_key_pem(const PrivateKey& key, const std::string& passphrase) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  const EVP_CIPHER* const cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
  if (PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), cipher, passphrase.data(),
                                    static_cast<int>(passphrase.size()), nullptr, nullptr) != 1)
    throw std::runtime_error("OpenSSL could not write a key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

sign::Secret ask_nobody(const std::string& what) {
  throw Error(ErrorKind::bug, "somebody was asked to open " + what);
}

Signer::Signer(KeyKind kind, const std::string& name)
    : key_(kind),
      certificate_(to_pem(make_certificate(
          {.subject = name, .issuer = name, .not_before = not_before, .not_after = not_after}, key_,
          key_))),
      file_(folder_.write("key.pem", private_key_pem(key_))) {}

sign::SigningKey Signer::load() const {
  return sign::SigningKey::load(key_file(), ask_nobody);
}

sign::SigningCertificate Signer::certificate() const {
  return sign::read_certificate(certificate_);
}

}  // namespace reproduce::test

#pragma once

/// OpenSSL's handles with their deleters. For the .cpp files of this folder only.

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "reproduce/base/error.hpp"

namespace reproduce::openssl {

template <auto free>
struct Free {
  template <typename Handle>
  void operator()(Handle* handle) const noexcept {
    free(handle);
  }
};

using BasicConstraintsHandle = std::unique_ptr<BASIC_CONSTRAINTS, Free<BASIC_CONSTRAINTS_free>>;
using BitStringHandle = std::unique_ptr<ASN1_BIT_STRING, Free<ASN1_BIT_STRING_free>>;
using CertificateHandle = std::unique_ptr<X509, Free<X509_free>>;
using InputHandle = std::unique_ptr<BIO, Free<BIO_free>>;
using NumberHandle = std::unique_ptr<BIGNUM, Free<BN_free>>;
using PublicKeyInfoHandle = std::unique_ptr<X509_PUBKEY, Free<X509_PUBKEY_free>>;
using SignatureHandle = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;
using TimeHandle = std::unique_ptr<ASN1_TIME, Free<ASN1_TIME_free>>;

/// Takes the words of OpenSSL's error queue, oldest first, and empties it.
inline std::string take_error_words() {
  std::string words;
  while (const unsigned long code = ERR_get_error()) {
    const char* const reason = ERR_reason_error_string(code);
    if (!words.empty()) words += "; ";
    words += reason != nullptr ? reason : "error " + std::to_string(code);
  }
  return words;
}

/// For calls that fail only when memory runs out.
template <typename Handle>
Handle require(Handle handle) {
  if (!handle) throw Error(ErrorKind::environment, "OpenSSL failed", {.got = take_error_words()});
  return handle;
}

}  // namespace reproduce::openssl

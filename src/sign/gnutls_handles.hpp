#pragma once

/// GnuTLS's handles with their deleters. For the .cpp files of this folder only.

#include <limits>
#include <memory>
#include <string>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce::sign {

struct FreePrivateKey {
  void operator()(gnutls_privkey_t key) const noexcept { gnutls_privkey_deinit(key); }
};
struct FreePublicKey {
  void operator()(gnutls_pubkey_t key) const noexcept { gnutls_pubkey_deinit(key); }
};
using PrivateKeyHandle = std::unique_ptr<std::remove_pointer_t<gnutls_privkey_t>, FreePrivateKey>;
using PublicKeyHandle = std::unique_ptr<std::remove_pointer_t<gnutls_pubkey_t>, FreePublicKey>;

/// For calls that fail only when memory runs out.
inline void require(int result) {
  if (result < 0)
    throw Error(ErrorKind::environment, "GnuTLS failed", {.got = gnutls_strerror(result)});
}

inline PrivateKeyHandle make_private_key() {
  gnutls_privkey_t key = nullptr;
  require(gnutls_privkey_init(&key));
  return PrivateKeyHandle(key);
}

inline PublicKeyHandle make_public_key() {
  gnutls_pubkey_t key = nullptr;
  require(gnutls_pubkey_init(&key));
  return PublicKeyHandle(key);
}

/// A view as GnuTLS takes it, which reads it only. All that we give it is small.
inline gnutls_datum_t datum_of(ByteView bytes) {
  if (bytes.size() > std::numeric_limits<unsigned>::max())
    throw Error(ErrorKind::bug, "too much for GnuTLS");
  return {const_cast<unsigned char*>(bytes.data()), static_cast<unsigned>(bytes.size())};
}

/// Bytes that GnuTLS has allocated.
class OwnedDatum {
 public:
  explicit OwnedDatum(gnutls_datum_t datum) noexcept : datum_(datum) {}
  OwnedDatum(const OwnedDatum&) = delete;
  OwnedDatum& operator=(const OwnedDatum&) = delete;
  OwnedDatum(OwnedDatum&&) = delete;
  OwnedDatum& operator=(OwnedDatum&&) = delete;
  ~OwnedDatum() { gnutls_free(datum_.data); }

  [[nodiscard]] ByteView view() const noexcept { return {datum_.data, datum_.size}; }

 private:
  gnutls_datum_t datum_;
};

}  // namespace reproduce::sign

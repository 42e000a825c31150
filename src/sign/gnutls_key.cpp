#include <utility>

#include "gnutls_handles.hpp"
#include "key_file.hpp"
#include "openssh_key.hpp"
#include "private_key.hpp"
#include "token.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::sign {
namespace {

void import_file(gnutls_privkey_t key, const std::string& location, const AskSecret& ask) {
  const KeyFile file = read_key_file(location, ask);
  if (is_openssh_key(file.pem.text())) {
    import_openssh_key(key, file.pem.text(), location);
    return;
  }
  const gnutls_datum_t data = datum_of(as_bytes(file.pem.text()));
  const char* const passphrase = file.encrypted ? file.passphrase.text().c_str() : nullptr;
  const int result = gnutls_privkey_import_x509_raw(key, &data, GNUTLS_X509_FMT_PEM, passphrase, 0);
  if (result == 0) return;
  if (file.encrypted && result != GNUTLS_E_UNKNOWN_CIPHER_TYPE)
    refuse_passphrase(location, gnutls_strerror(result));
  refuse_key_file(location, gnutls_strerror(result));
}

gnutls_sign_algorithm_t algorithm_for(Curve curve) {
  switch (curve) {
    case Curve::p256:
      return GNUTLS_SIGN_ECDSA_SHA256;
    case Curve::p384:
      return GNUTLS_SIGN_ECDSA_SHA384;
    case Curve::p521:
      return GNUTLS_SIGN_ECDSA_SHA512;
  }
  throw Error(ErrorKind::bug, "unknown curve");
}

class GnutlsKey final : public PrivateKey {
 public:
  GnutlsKey(std::string location, const AskSecret& ask) : location_(std::move(location)) {
    if (is_token_url(location_)) {
      token_ = std::make_unique<Token>(location_, ask);
      token_->import_into(key_.get());
    } else {
      import_file(key_.get(), location_, ask);
    }
  }

  [[nodiscard]] Kind kind() const override {
    const int algorithm = gnutls_privkey_get_pk_algorithm(key_.get(), nullptr);
    if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS) return Kind::rsa;
    if (algorithm == GNUTLS_PK_EDDSA_ED25519) return Kind::ed25519;
    return algorithm == GNUTLS_PK_EC ? Kind::ec : Kind::other;
  }

  [[nodiscard]] std::string kind_words() const override {
    const int algorithm = gnutls_privkey_get_pk_algorithm(key_.get(), nullptr);
    const char* const name =
        algorithm < 0 ? nullptr : gnutls_pk_get_name(static_cast<gnutls_pk_algorithm_t>(algorithm));
    return name == nullptr ? "" : name;
  }

  [[nodiscard]] std::optional<PublicKey> public_key() const override {
    const PublicKeyHandle key = make_public_key();
    gnutls_datum_t der{};
    if (gnutls_pubkey_import_privkey(key.get(), key_.get(), 0, 0) != 0 ||
        gnutls_pubkey_export2(key.get(), GNUTLS_X509_FMT_DER, &der) != 0)
      return std::nullopt;
    const OwnedDatum owned(der);
    return PublicKey::decode(owned.view());
  }

  [[nodiscard]] Bytes sign(Curve curve, ByteView message) const override {
    // A token draws its own number for each signature.
    const unsigned flags = token_ ? 0 : GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE;
    const Bytes der = sign_data(algorithm_for(curve), flags, message);
    std::optional<Bytes> raw = raw_signature(curve, der);
    if (!raw)
      throw Error(ErrorKind::environment, "what the key gave is no signature", {.file = location_});
    return std::move(*raw);
  }

  /// Ed25519 is deterministic by itself, and knows no such flag.
  [[nodiscard]] Bytes sign_ed25519(ByteView message) const override {
    return sign_data(GNUTLS_SIGN_EDDSA_ED25519, 0, message);
  }

 private:
  [[nodiscard]] Bytes sign_data(gnutls_sign_algorithm_t algorithm, unsigned flags,
                                ByteView message) const {
    const gnutls_datum_t data = datum_of(message);
    gnutls_datum_t given{};
    const int result = gnutls_privkey_sign_data2(key_.get(), algorithm, flags, &data, &given);
    if (result != 0)
      throw Error(ErrorKind::environment, "the key does not sign",
                  {.file = location_, .got = gnutls_strerror(result)});
    const OwnedDatum owned(given);
    return {owned.view().begin(), owned.view().end()};
  }

  std::string location_;
  std::unique_ptr<Token> token_;  // of keys in tokens; outlives the key, which calls it for the PIN
  PrivateKeyHandle key_ = make_private_key();
};

}  // namespace

std::unique_ptr<PrivateKey> PrivateKey::open(const std::string& location, const AskSecret& ask) {
  return std::make_unique<GnutlsKey>(location, ask);
}

}  // namespace reproduce::sign

#include "reproduce/sign/key.hpp"

#include <utility>

#include "gnutls_handles.hpp"
#include "openssh_key.hpp"
#include "token.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::sign {
namespace {

constexpr std::string_view token_scheme = "pkcs11:";

[[noreturn]] void fail(ErrorKind kind, const std::string& location, const std::string& what,
                       int reason, std::string hint = {}) {
  throw Error(kind, what,
              {.file = location,
               .got = reason == 0 ? std::string() : gnutls_strerror(reason),
               .hint = std::move(hint)});
}

/// PKCS#8 (RFC 7468, section 11), and what OpenSSL wrote before that (RFC 1421, 4.6.1.1).
bool is_encrypted(std::string_view pem) {
  return pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos ||
         pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
}

/// All of a key file; none of it stays in memory.
Secret read_key_file(const std::string& file) {
  Bytes bytes = read_file(file, max_key_file_size, "private key");
  Secret text{std::string(as_text(bytes))};
  gnutls_memset(bytes.data(), 0, bytes.size());
  return text;
}

void import_file(gnutls_privkey_t key, const std::string& file, const AskSecret& ask) {
  const Secret pem = read_key_file(file);
  if (is_openssh_key(pem.text())) {
    import_openssh_key(key, pem.text(), file);
    return;
  }
  Secret passphrase;
  const bool encrypted = is_encrypted(pem.text());
  if (encrypted) passphrase = ask("the key " + quote(file));
  const gnutls_datum_t data = datum_of(as_bytes(pem.text()));
  const int result = gnutls_privkey_import_x509_raw(
      key, &data, GNUTLS_X509_FMT_PEM, encrypted ? passphrase.text().c_str() : nullptr, 0);
  if (result == 0) return;
  if (encrypted && result != GNUTLS_E_UNKNOWN_CIPHER_TYPE)
    fail(ErrorKind::usage, file, "the passphrase does not open the private key", result,
         "it is asked for on the terminal, or taken from the variable that --passphrase-env names");
  fail(ErrorKind::malformed, file, "the private key is none that can be read", result,
       "it must be in PEM: PKCS#8 (`BEGIN PRIVATE KEY`, or `BEGIN ENCRYPTED PRIVATE KEY`), SEC1 "
       "(`BEGIN EC PRIVATE KEY`), or OpenSSH's (`BEGIN OPENSSH PRIVATE KEY`)");
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

}  // namespace

bool is_token_url(std::string_view location) noexcept {
  return location.starts_with(token_scheme);
}

struct SigningKey::Handle {
  PrivateKeyHandle key;
  std::unique_ptr<Token> token;  ///< of keys in tokens; the key calls it for the PIN
};

SigningKey::SigningKey(std::unique_ptr<Handle> handle, std::string location, KeyUse use)
    : handle_(std::move(handle)), location_(std::move(location)) {
  public_key_ = read_public_key();
  require_usable(use);
}

SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

SigningKey SigningKey::load(const std::string& location, const AskSecret& ask, KeyUse use) {
  if (location.starts_with("arn:"))
    throw Error(ErrorKind::usage, "a key in AWS KMS is not used from here",
                {.got = location,
                 .hint = "`reproduce sign --request` writes what KMS must sign, and `--attach` "
                         "puts its signature in (docs/formats/signing.md)"});
  auto handle = std::make_unique<Handle>();
  handle->key = make_private_key();
  if (is_token_url(location)) {
    handle->token = std::make_unique<Token>(location, ask);
    handle->token->import_into(handle->key.get());
  } else {
    import_file(handle->key.get(), location, ask);
  }
  SigningKey key(std::move(handle), location, use);
  trace("sign", [&] {
    return "the key " + quote(location) +
           (key.public_key_ ? " is one of " + std::string(key.public_key_->words()) : "");
  });
  return key;
}

std::optional<PublicKey> SigningKey::read_public_key() const {
  const PublicKeyHandle key = make_public_key();
  gnutls_datum_t der{};
  if (gnutls_pubkey_import_privkey(key.get(), handle_->key.get(), 0, 0) != 0 ||
      gnutls_pubkey_export2(key.get(), GNUTLS_X509_FMT_DER, &der) != 0)
    return std::nullopt;
  const OwnedDatum owned(der);
  return PublicKey::decode(owned.view());
}

void SigningKey::require_usable(KeyUse use) const {
  const bool is_image = use == KeyUse::image;
  const std::string signed_things = is_image ? "images" : "statements";
  const std::string expected =
      is_image ? "a key on P-256, P-384 or P-521" : "a key on P-256, P-384 or P-521, or Ed25519";
  const int algorithm = gnutls_privkey_get_pk_algorithm(handle_->key.get(), nullptr);
  if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS)
    throw Error(ErrorKind::usage, signed_things + " cannot be signed with an RSA key",
                {.file = location_,
                 .expected = expected,
                 .got = "an RSA key",
                 .hint = is_image ? "the signature section knows ES256, ES384 and ES512 only, and "
                                    "AWS's hypervisor takes nothing else"
                                  : "`ssh-keygen -t ed25519` makes one that will do"});
  const bool fits =
      algorithm == GNUTLS_PK_EC || (!is_image && algorithm == GNUTLS_PK_EDDSA_ED25519);
  if (fits && (public_key_ || (is_image && is_token_url(location_)))) return;
  if (fits && is_token_url(location_))
    throw Error(ErrorKind::environment, "the token does not tell the public key",
                {.file = location_,
                 .hint = "a statement names the key by it; put the public key beside the private "
                         "one in the token"});
  const char* const name =
      algorithm < 0 ? nullptr : gnutls_pk_get_name(static_cast<gnutls_pk_algorithm_t>(algorithm));
  throw Error(ErrorKind::usage, signed_things + " cannot be signed with this kind of key",
              {.file = location_,
               .expected = expected,
               .got = algorithm == GNUTLS_PK_EC ? "a key on another curve"
                                                : (name == nullptr ? "an unknown kind" : name)});
}

/// As GnuTLS gives it: DER for ECDSA.
Bytes SigningKey::raw_signing(int algorithm, ByteView message) const {
  const gnutls_datum_t data = datum_of(message);
  gnutls_datum_t given{};
  // Ed25519 is deterministic by itself, and knows no such flag.
  const bool wants_flag = is_deterministic() && algorithm != GNUTLS_SIGN_EDDSA_ED25519;
  const int result =
      gnutls_privkey_sign_data2(handle_->key.get(), static_cast<gnutls_sign_algorithm_t>(algorithm),
                                wants_flag ? GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE : 0, &data, &given);
  if (result != 0) fail(ErrorKind::environment, location_, "the key does not sign", result);
  const OwnedDatum owned(given);
  return {owned.view().begin(), owned.view().end()};
}

Bytes SigningKey::sign(Curve curve, ByteView message) const {
  const Bytes der = raw_signing(algorithm_for(curve), message);
  std::optional<Bytes> raw = raw_signature(curve, der);
  if (!raw) fail(ErrorKind::environment, location_, "what the key gave is no signature", 0);
  return std::move(*raw);
}

Bytes SigningKey::sign_statement(ByteView message) const {
  if (!public_key_) throw Error(ErrorKind::bug, "a key for images is to sign a statement");
  const EcPublicKey* const key = public_key_->on_curve();
  // Tokens may spell a signature in other ways than there is one of.
  Bytes signature = key != nullptr ? der_signature(sign(key->curve(), message))
                                   : raw_signing(GNUTLS_SIGN_EDDSA_ED25519, message);
  if (public_key_->signed_this(message, signature)) return signature;
  fail(ErrorKind::environment, location_, "what the key gave is no signature by its public key", 0,
       "the halves of the key may not belong together");
}

}  // namespace reproduce::sign

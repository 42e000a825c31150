#include "reproduce/sign/key.hpp"

#include <utility>

#include "private_key.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::sign {
namespace {

constexpr std::string_view token_scheme = "pkcs11:";

}  // namespace

bool is_token_url(std::string_view location) noexcept {
  return location.starts_with(token_scheme);
}

SigningKey::SigningKey(std::unique_ptr<PrivateKey> key, std::string location, KeyUse use)
    : key_(std::move(key)), location_(std::move(location)), public_key_(key_->public_key()) {
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
  SigningKey key(PrivateKey::open(location, ask), location, use);
  trace("sign", [&] {
    return "the key " + quote(location) +
           (key.public_key_ ? " is one of " + std::string(key.public_key_->words()) : "");
  });
  return key;
}

void SigningKey::require_usable(KeyUse use) const {
  const bool is_image = use == KeyUse::image;
  const std::string signed_things = is_image ? "images" : "statements";
  const std::string expected =
      is_image ? "a key on P-256, P-384 or P-521" : "a key on P-256, P-384 or P-521, or Ed25519";
  const PrivateKey::Kind kind = key_->kind();
  if (kind == PrivateKey::Kind::rsa)
    throw Error(ErrorKind::usage, signed_things + " cannot be signed with an RSA key",
                {.file = location_,
                 .expected = expected,
                 .got = "an RSA key",
                 .hint = is_image ? "the signature section knows ES256, ES384 and ES512 only, and "
                                    "AWS's hypervisor takes nothing else"
                                  : "`ssh-keygen -t ed25519` makes one that will do"});
  const bool is_ec = kind == PrivateKey::Kind::ec;
  const bool fits = is_ec || (!is_image && kind == PrivateKey::Kind::ed25519);
  if (fits && (public_key_ || (is_image && is_token_url(location_)))) return;
  if (fits && is_token_url(location_))
    throw Error(ErrorKind::environment, "the token does not tell the public key",
                {.file = location_,
                 .hint = "a statement names the key by it; put the public key beside the private "
                         "one in the token"});
  const std::string name = key_->kind_words();
  throw Error(
      ErrorKind::usage, signed_things + " cannot be signed with this kind of key",
      {.file = location_,
       .expected = expected,
       .got = is_ec ? "a key on another curve" : (name.empty() ? "an unknown kind" : name)});
}

Bytes SigningKey::sign(Curve curve, ByteView message) const {
  return key_->sign(curve, message);
}

Bytes SigningKey::sign_statement(ByteView message) const {
  if (!public_key_) throw Error(ErrorKind::bug, "a key for images is to sign a statement");
  const EcPublicKey* const key = public_key_->on_curve();
  // Tokens may spell a signature in other ways than there is one of.
  Bytes signature =
      key != nullptr ? der_signature(sign(key->curve(), message)) : key_->sign_ed25519(message);
  if (public_key_->signed_this(message, signature)) return signature;
  throw Error(ErrorKind::environment, "what the key gave is no signature by its public key",
              {.file = location_, .hint = "the halves of the key may not belong together"});
}

}  // namespace reproduce::sign

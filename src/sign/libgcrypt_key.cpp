/// Signs with libgcrypt, which Debian has to be linked statically. GnuTLS it has so only without
/// what PKCS#11 needs (docs/decisions/0027-static-binary.md).

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "key_file.hpp"
#include "private_key.hpp"
#include <gcrypt.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero() is no standard C++

#include "reproduce/base/error.hpp"
#include "reproduce/crypto/private_key.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::sign {
namespace {

struct FreeExpression {
  void operator()(gcry_sexp_t expression) const noexcept { gcry_sexp_release(expression); }
};
struct FreeNumber {
  void operator()(gcry_mpi_t number) const noexcept { gcry_mpi_release(number); }
};
struct FreeMemory {
  void operator()(void* memory) const noexcept { gcry_free(memory); }
};
using Expression = std::unique_ptr<std::remove_pointer_t<gcry_sexp_t>, FreeExpression>;
using Number = std::unique_ptr<std::remove_pointer_t<gcry_mpi_t>, FreeNumber>;

/// libgcrypt's names; the digests of RFC 9053, section 2.1.
struct Names {
  const char* curve;
  const char* digest;
};

Names names_of(Curve curve) {
  switch (curve) {
    case Curve::p256:
      return {.curve = "NIST P-256", .digest = "sha256"};
    case Curve::p384:
      return {.curve = "NIST P-384", .digest = "sha384"};
    case Curve::p521:
      return {.curve = "NIST P-521", .digest = "sha512"};
  }
  throw Error(ErrorKind::bug, "unknown curve");
}

void begin_libgcrypt() {
  // For the number of a key and what is computed of it: overwritten when it is given back, and not
  // written to a swap file where the system lets us ask for that.
  constexpr int secure_bytes = 1 << 15;
  static std::once_flag once;
  std::call_once(once, [] {
    (void)gcry_check_version(nullptr);
    (void)gcry_control(GCRYCTL_SUSPEND_SECMEM_WARN);  // it would print
    (void)gcry_control(GCRYCTL_INIT_SECMEM, secure_bytes, 0);
    (void)gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
  });
}

/// An S-expression of libgcrypt's manual, "Cryptographic functions".
template <typename... Values>
Expression build(const char* format, Values... values) {
  gcry_sexp_t expression = nullptr;
  if (const gcry_error_t error = gcry_sexp_build(&expression, nullptr, format, values...))
    throw Error(ErrorKind::environment, "libgcrypt failed", {.got = gcry_strerror(error)});
  return Expression(expression);
}

/// `digits` as libgcrypt's own, in memory that it overwrites.
Expression key_expression(const char* curve, ByteView digits) {
  const std::unique_ptr<void, FreeMemory> copy(gcry_malloc_secure(digits.size()));
  if (!copy) throw Error(ErrorKind::environment, "there is no memory for a private key");
  std::copy(digits.begin(), digits.end(), static_cast<std::uint8_t*>(copy.get()));
  return build("(private-key (ecc (curve %s) (d %b)))", curve, static_cast<int>(digits.size()),
               static_cast<const char*>(copy.get()));
}

/// Big-endian, to fill `room`.
bool put_number(gcry_mpi_t number, std::span<std::uint8_t> room) {
  std::size_t size = 0;
  if (gcry_mpi_print(GCRYMPI_FMT_USG, nullptr, 0, &size, number) != 0 || size > room.size())
    return false;
  const auto digits = room.last(size);
  return gcry_mpi_print(GCRYMPI_FMT_USG, digits.data(), digits.size(), &size, number) == 0;
}

class LibgcryptKey final : public PrivateKey {
 public:
  LibgcryptKey(PemPrivateKey key, std::string file)
      : key_(std::move(key)), file_(std::move(file)) {}

  [[nodiscard]] Kind kind() const override {
    const std::string words = key_.kind();
    if (words.starts_with("RSA")) return Kind::rsa;
    if (words == "ED25519") return Kind::ed25519;
    return words == "EC" ? Kind::ec : Kind::other;
  }

  [[nodiscard]] std::string kind_words() const override { return key_.kind(); }

  [[nodiscard]] std::optional<PublicKey> public_key() const override {
    return PublicKey::decode(key_.public_key_info());
  }

  [[nodiscard]] Bytes sign(Curve curve, ByteView message) const override {
    begin_libgcrypt();
    const Names names = names_of(curve);
    const Bytes digest = message_digest(curve, message);
    const Expression data =
        build("(data (flags rfc6979) (hash %s %b))", names.digest, static_cast<int>(digest.size()),
              static_cast<const void*>(digest.data()));
    gcry_sexp_t made = nullptr;
    if (const gcry_error_t error = gcry_pk_sign(&made, data.get(), secret(curve).get()))
      throw Error(ErrorKind::environment, "the key does not sign",
                  {.file = file_, .got = gcry_strerror(error)});
    const Expression signature(made);
    gcry_mpi_t r = nullptr;
    gcry_mpi_t s = nullptr;
    const bool has_both =
        gcry_sexp_extract_param(signature.get(), nullptr, "rs", &r, &s, nullptr) == 0;
    const Number first(r);
    const Number second(s);
    Bytes raw(signature_size(curve));
    const std::span<std::uint8_t> room(raw);
    if (!has_both || !put_number(r, room.first(raw.size() / 2)) ||
        !put_number(s, room.last(raw.size() / 2)))
      throw Error(ErrorKind::environment, "what the key gave is no signature", {.file = file_});
    return raw;
  }

  /// By OpenSSL: there is no number for it to draw.
  [[nodiscard]] Bytes sign_ed25519(ByteView message) const override {
    std::optional<Bytes> signature = key_.sign_ed25519(message);
    if (!signature) throw Error(ErrorKind::bug, "a key of another kind is to sign with Ed25519");
    return *std::move(signature);
  }

 private:
  [[nodiscard]] Expression secret(Curve curve) const {
    std::optional<Bytes> digits = key_.secret_number(curve);
    if (!digits)
      throw Error(ErrorKind::usage, "the private key is on another curve", {.file = file_});
    Expression expression = key_expression(names_of(curve).curve, *digits);
    ::explicit_bzero(digits->data(), digits->size());
    return expression;
  }

  PemPrivateKey key_;
  std::string file_;
};

[[noreturn]] void refuse_token() {
  throw Error(ErrorKind::usage, "the static variant of reproduce uses no keys in tokens",
              {.expected = "a key in a PEM file",
               .got = "a PKCS#11 URI",
               .hint = "use the ordinary build of reproduce, or have the token sign elsewhere: "
                       "`reproduce sign --request` writes what, and `--attach` puts the signature "
                       "in (docs/formats/signing.md)"});
}

}  // namespace

std::unique_ptr<PrivateKey> PrivateKey::open(const std::string& location, const AskSecret& ask) {
  if (is_token_url(location)) refuse_token();
  const KeyFile file = read_key_file(location, ask);
  std::optional<PemPrivateKey> key = PemPrivateKey::decode(file.pem.text(), file.passphrase.text());
  if (!key && file.encrypted) refuse_passphrase(location, {});
  if (!key) refuse_key_file(location, {});
  return std::make_unique<LibgcryptKey>(std::move(*key), location);
}

}  // namespace reproduce::sign

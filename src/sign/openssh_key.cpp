#include "openssh_key.hpp"

#include <cstdint>
#include <optional>

#include "gnutls_handles.hpp"

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/crypto/openssh.hpp"

namespace reproduce::sign {
namespace {

constexpr std::string_view armour = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view magic("openssh-key-v1\0", 15);
constexpr std::string_view ec_front = "ecdsa-sha2-";

[[noreturn]] void damaged(const std::string& file, const std::string& what) {
  throw Error(ErrorKind::malformed, "OpenSSH's private key is damaged: " + what, {.file = file});
}

/// What the armour holds, overwritten before its memory is given back.
class Decoded {
 public:
  Decoded(std::string_view pem, const std::string& file) {
    const gnutls_datum_t text = datum_of(as_bytes(pem));
    if (gnutls_pem_base64_decode2("OPENSSH PRIVATE KEY", &text, &datum_) != 0)
      damaged(file, "what stands in the armour is no base64");
  }
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;
  Decoded(Decoded&&) = delete;
  Decoded& operator=(Decoded&&) = delete;
  ~Decoded() {
    gnutls_memset(datum_.data, 0, datum_.size);
    gnutls_free(datum_.data);
  }

  [[nodiscard]] ByteView view() const noexcept { return {datum_.data, datum_.size}; }

 private:
  gnutls_datum_t datum_{};
};

gnutls_ecc_curve_t gnutls_curve(Curve curve) {
  switch (curve) {
    case Curve::p256:
      return GNUTLS_ECC_CURVE_SECP256R1;
    case Curve::p384:
      return GNUTLS_ECC_CURVE_SECP384R1;
    case Curve::p521:
      return GNUTLS_ECC_CURVE_SECP521R1;
  }
  throw Error(ErrorKind::bug, "unknown curve");
}

/// Of Ed25519: the public key, then the seed with the public key behind it.
int import_ed25519(gnutls_privkey_t key, ByteReader& reader, const std::string& file) {
  const ByteView point = openssh::take_string(reader, "public key");
  const ByteView both = openssh::take_string(reader, "private key");
  constexpr std::size_t size = std::tuple_size_v<Ed25519PublicKey>;
  if (point.size() != size || both.size() != 2 * size) damaged(file, "a number has another length");
  const gnutls_datum_t x = datum_of(point);
  const gnutls_datum_t seed = datum_of(both.first(size));
  return gnutls_privkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_ED25519, &x, nullptr, &seed);
}

/// Of ECDSA: the curve, the point in full, the number.
int import_ecdsa(gnutls_privkey_t key, Curve curve, ByteReader& reader, const std::string& file) {
  (void)openssh::take_string(reader, "curve");
  const ByteView point = openssh::take_string(reader, "point");
  const ByteView number = openssh::take_string(reader, "private number");
  const std::size_t half = signature_size(curve) / 2;
  if (point.size() != 1 + 2 * half || number.size() > half + 1)
    damaged(file, "a number has another length");
  const gnutls_datum_t x = datum_of(point.subspan(1, half));
  const gnutls_datum_t y = datum_of(point.subspan(1 + half));
  const gnutls_datum_t k = datum_of(number);
  return gnutls_privkey_import_ecc_raw(key, gnutls_curve(curve), &x, &y, &k);
}

void import_numbers(gnutls_privkey_t key, ByteReader reader, const std::string& file) {
  const auto first = reader.read<std::uint32_t>("check number");
  if (first != reader.read<std::uint32_t>("check number")) damaged(file, "its check does not hold");
  const std::string_view kind = as_text(openssh::take_string(reader, "kind of key"));
  std::optional<Curve> curve;
  if (kind.starts_with(ec_front)) curve = openssh::curve_named(kind.substr(ec_front.size()));
  if (!curve && kind != "ssh-ed25519")
    throw Error(ErrorKind::usage, "nothing can be signed with this kind of key",
                {.file = file,
                 .expected = "ssh-ed25519 or ecdsa-sha2-nistp256, 384 or 521",
                 .got = std::string(kind),
                 .hint = "`ssh-keygen -t ed25519` makes one for statements, `-t ecdsa` one for "
                         "images too"});
  const int result =
      curve ? import_ecdsa(key, *curve, reader, file) : import_ed25519(key, reader, file);
  if (result != 0) damaged(file, gnutls_strerror(result));
}

}  // namespace

bool is_openssh_key(std::string_view pem) noexcept {
  return pem.find(armour) != std::string_view::npos;
}

void import_openssh_key(gnutls_privkey_t key, std::string_view pem, const std::string& file) {
  try {
    const Decoded decoded(pem, file);
    ByteReader reader(decoded.view());
    if (as_text(reader.take(magic.size(), "magic")) != magic) damaged(file, "it begins otherwise");
    const std::string_view cipher = as_text(openssh::take_string(reader, "cipher"));
    if (cipher != "none")
      throw Error(ErrorKind::usage, "an encrypted file of OpenSSH is not opened here",
                  {.file = file,
                   .expected = "a key without a passphrase, an encrypted PEM file or a token",
                   .got = "a key encrypted with " + std::string(cipher),
                   .hint = "for ECDSA `ssh-keygen -p -m PKCS8 -f KEY` makes encrypted PEM of it, "
                           "which is opened; `ssh-keygen -p -N '' -f KEY` takes the passphrase "
                           "away"});
    (void)openssh::take_string(reader, "key derivation");
    (void)openssh::take_string(reader, "options of key derivation");
    if (reader.read<std::uint32_t>("number of keys") != 1) damaged(file, "it holds several keys");
    (void)openssh::take_string(reader, "public key");
    import_numbers(key, ByteReader(openssh::take_string(reader, "private part")), file);
  } catch (Error& error) {
    error.set_file_if_unknown(file);
    throw;
  }
}

}  // namespace reproduce::sign

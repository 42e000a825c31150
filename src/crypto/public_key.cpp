#include "reproduce/crypto/public_key.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "openssl.hpp"
#include <openssl/pem.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/crypto/openssh.hpp"

namespace reproduce {
namespace {

/// A SubjectPublicKeyInfo of Ed25519 up to the key (RFC 8410, section 4): nothing in it varies.
constexpr std::array<std::uint8_t, 12> ed25519_front{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                     0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

using KeyHandle = std::unique_ptr<EVP_PKEY, openssl::Free<EVP_PKEY_free>>;
using ContextHandle = std::unique_ptr<EVP_MD_CTX, openssl::Free<EVP_MD_CTX_free>>;

bool signed_by(const Ed25519PublicKey& key, ByteView message, ByteView signature) {
  const KeyHandle handle = openssl::require(
      KeyHandle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())));
  const ContextHandle context = openssl::require(ContextHandle(EVP_MD_CTX_new()));
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle.get()) != 1)
    throw Error(ErrorKind::environment, "OpenSSL cannot check Ed25519 signatures",
                {.got = openssl::take_error_words()});
  const int result = EVP_DigestVerify(context.get(), signature.data(), signature.size(),
                                      message.data(), message.size());
  ERR_clear_error();
  return result == 1;
}

[[noreturn]] void fail(const std::string& what, std::string got = {}, std::string hint = {}) {
  throw Error(ErrorKind::malformed, what,
              {.expected = "keys on P-256, P-384 or P-521, or Ed25519: PEM (`BEGIN PUBLIC KEY`) or "
                           "lines of OpenSSH",
               .got = std::move(got),
               .hint = std::move(hint)});
}

[[noreturn]] void fail_private() {
  fail("this is a private key", {},
       "it must not be handed out; `ssh-keygen -y -f KEY` and `openssl pkey -in KEY -pubout` "
       "give its public key");
}

/// All keys of a PEM text. What stands between them is passed over, as OpenSSL does.
std::vector<PublicKey> read_pem(std::string_view text) {
  const openssl::InputHandle in = openssl::require(
      openssl::InputHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
  std::vector<PublicKey> keys;
  for (;;) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    const int result = PEM_read_bio(in.get(), &name, &header, &data, &size);
    using Owned = std::unique_ptr<void, openssl::Free<[](void* p) { OPENSSL_free(p); }>>;
    const Owned owned_name(name);
    const Owned owned_header(header);
    const Owned owned_data(data);
    if (result != 1) {
      const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
      const std::string words = openssl::take_error_words();
      if (!at_end) fail("the PEM is damaged", words);
      return keys;
    }
    const std::string_view label(name);
    if (label.ends_with("PRIVATE KEY")) fail_private();
    if (label != PEM_STRING_PUBLIC) fail("this is no public key", std::string(label));
    std::optional<PublicKey> key = PublicKey::decode({data, static_cast<std::size_t>(size)});
    if (!key) fail("this public key is of a kind that signs no statements");
    keys.push_back(*std::move(key));
  }
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
  return line;
}

/// KIND BASE64 COMMENT. Options in front, as in authorized_keys, mean nothing here.
PublicKey read_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::string_view kind = line.substr(0, first);
  std::string_view rest =
      first == std::string_view::npos ? std::string_view() : trimmed(line.substr(first));
  const std::optional<Bytes> blob = from_base64(rest.substr(0, rest.find(' ')));
  std::optional<PublicKey> key = blob ? openssh::decode_public_key(*blob) : std::nullopt;
  if (key) {
    ByteReader reader(*blob);
    if (as_text(openssh::take_string(reader, "kind of key")) == kind) return *std::move(key);
  }
  constexpr std::size_t enough = 100;
  fail("this line is no public key that signs statements", std::string(line.substr(0, enough)));
}

}  // namespace

std::optional<PublicKey> PublicKey::decode(ByteView public_key_info) {
  Ed25519PublicKey key{};
  const bool is_ed25519 =
      public_key_info.size() == ed25519_front.size() + key.size() &&
      std::ranges::equal(public_key_info.first(ed25519_front.size()), ed25519_front);
  if (is_ed25519) {
    std::ranges::copy(public_key_info.subspan(ed25519_front.size()), key.begin());
    return PublicKey(key);
  }
  std::optional<EcPublicKey> on_curve = EcPublicKey::decode(public_key_info);
  if (!on_curve) return std::nullopt;
  return PublicKey(*std::move(on_curve));
}

std::string_view PublicKey::words() const {
  const EcPublicKey* const key = on_curve();
  return key != nullptr ? reproduce::words(key->curve()) : "Ed25519";
}

Bytes PublicKey::public_key_info() const {
  if (const EcPublicKey* const key = on_curve()) return key->public_key_info();
  Bytes info(ed25519_front.begin(), ed25519_front.end());
  const auto& key = std::get<Ed25519PublicKey>(key_);
  info.insert(info.end(), key.begin(), key.end());
  return info;
}

std::string PublicKey::id() const {
  return to_hex(sha256(public_key_info()));
}

bool PublicKey::signed_this(ByteView message, ByteView signature) const {
  const EcPublicKey* const key = on_curve();
  if (key == nullptr) return signed_by(std::get<Ed25519PublicKey>(key_), message, signature);
  const std::optional<Bytes> raw = raw_signature(key->curve(), signature);
  return raw && key->signed_this(message, *raw);
}

std::vector<PublicKey> read_public_keys(std::string_view text) {
  if (text.size() > max_public_key_file_size) fail("the file of keys is too large");
  std::vector<PublicKey> keys;
  if (text.find("-----BEGIN ") != std::string_view::npos) {
    keys = read_pem(text);
  } else {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      const std::string_view line = trimmed(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (!line.empty() && line.front() != '#') keys.push_back(read_line(line));
    }
  }
  if (keys.empty()) fail("there is no key");
  return keys;
}

}  // namespace reproduce

#include "token.hpp"

#include <algorithm>
#include <utility>

#include <gnutls/pkcs11.h>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::sign {
namespace {

std::string percent_decoded(std::string_view text, std::string_view url) {
  std::string decoded;
  while (!text.empty()) {
    if (text.front() != '%') {
      decoded += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::optional<Bytes> byte = text.size() < 3 ? std::nullopt : from_hex(text.substr(1, 2));
    if (!byte)
      throw Error(ErrorKind::usage, "the key's PKCS#11 URI is not well-formed",
                  {.file = std::string(url), .expected = "two hexadecimal digits after each `%`"});
    decoded += static_cast<char>(byte->front());
    text.remove_prefix(3);
  }
  return decoded;
}

}  // namespace

std::optional<std::string> query_attribute(std::string_view url, std::string_view name) {
  const std::size_t query = url.find('?');
  if (query == std::string_view::npos) return std::nullopt;
  std::string_view rest = url.substr(query + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name)
      return equals == std::string_view::npos ? "" : percent_decoded(pair.substr(equals + 1), url);
  }
  return std::nullopt;
}

Token::Token(std::string url, AskSecret ask) : url_(std::move(url)), ask_(std::move(ask)) {
  if (query_attribute(url_, "pin-value"))
    throw Error(ErrorKind::usage, "the key's PKCS#11 URI holds a PIN",
                {.hint = "a command line and a manifest are for everybody to read; the PIN is "
                         "asked for, or taken from the variable that --passphrase-env names"});
}

void Token::load_module() const {
  const std::optional<std::string> path = query_attribute(url_, "module-path");
  int result =
      gnutls_pkcs11_init(path ? GNUTLS_PKCS11_FLAG_MANUAL : GNUTLS_PKCS11_FLAG_AUTO, nullptr);
  // GNUTLS_E_INT_RET_0: a library that is loaded already.
  if (result == 0 && path) result = gnutls_pkcs11_add_provider(path->c_str(), nullptr);
  if (result < 0 && result != GNUTLS_E_INT_RET_0)
    throw Error(ErrorKind::environment, "the token's library cannot be loaded",
                {.file = path.value_or(url_),
                 .got = gnutls_strerror(result),
                 .hint = "`module-path` in the URI names it; without, p11-kit's configuration"});
}

int Token::give_pin(const char* label, unsigned flags, char* pin, std::size_t room) noexcept {
  try {
    if ((flags & GNUTLS_PIN_WRONG) != 0) {  // and another wrong one might be the last
      was_wrong_ = true;
      return GNUTLS_E_PKCS11_PIN_ERROR;
    }
    if (!pin_) pin_ = ask_("the token " + quote(label == nullptr ? "" : label));
    const std::string& text = pin_->text();
    if (text.size() >= room) return GNUTLS_E_SHORT_MEMORY_BUFFER;
    std::copy_n(text.c_str(), text.size() + 1, pin);
    return 0;
  } catch (const Error& error) {
    trouble_ = error;
    return GNUTLS_E_PKCS11_PIN_ERROR;
  } catch (...) {
    return GNUTLS_E_MEMORY_ERROR;
  }
}

// As GnuTLS calls it.  NOLINTNEXTLINE(readability-function-size)
int Token::pin_callback(void* self, int /*attempt*/, const char* /*url*/, const char* label,
                        unsigned flags, char* pin, std::size_t room) {
  return static_cast<Token*>(self)->give_pin(label, flags, pin, room);
}

void Token::import_into(gnutls_privkey_t key) {
  load_module();
  gnutls_privkey_set_pin_function(key, pin_callback, this);
  const int result = gnutls_privkey_import_url(key, url_.c_str(), 0);
  if (result == 0) return;
  if (trouble_) throw Error(*trouble_);
  if (was_wrong_)
    throw Error(ErrorKind::usage, "the token does not take the PIN",
                {.file = url_,
                 .got = gnutls_strerror(result),
                 .hint = "it was tried once; tokens lock themselves after a few wrong ones"});
  if (result == GNUTLS_E_PARSING_ERROR || result == GNUTLS_E_INVALID_REQUEST)
    throw Error(ErrorKind::usage, "the key's PKCS#11 URI is not well-formed",
                {.file = url_,
                 .expected = "such as pkcs11:token=signer;object=release (RFC 7512)",
                 .got = gnutls_strerror(result)});
  throw Error(ErrorKind::environment, "the key is not to be had from its token",
              {.file = url_,
               .got = gnutls_strerror(result),
               .hint = "`token=` and `object=` (or `id=`) name it; is the token there, and does "
                       "its library see it?"});
}

}  // namespace reproduce::sign

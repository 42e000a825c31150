#pragma once

/// A key in a PKCS#11 token: its URI (RFC 7512), its library, and the PIN. For the .cpp files of
/// this folder only.

#include <optional>
#include <string>
#include <string_view>

#include "gnutls_handles.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/sign/secret.hpp"

namespace reproduce::sign {

/// The value of a query attribute ("?name=value&...") of a URI, percent-decoded; nothing where it
/// is not there. Error{usage} for a `%` without two hexadecimal digits.
[[nodiscard]] std::optional<std::string> query_attribute(std::string_view url,
                                                         std::string_view name);

/// Lives as long as the key that it was imported into, which asks it for the PIN again.
class Token {
 public:
  /// Error{usage} for a URI with a PIN in it.
  Token(std::string url, AskSecret ask);
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  Token(Token&&) = delete;
  Token& operator=(Token&&) = delete;
  ~Token() = default;

  /// Loads the token's library and finds the key. Errors as SigningKey::load().
  void import_into(gnutls_privkey_t key);

 private:
  void load_module() const;
  int give_pin(const char* label, unsigned flags, char* pin, std::size_t room) noexcept;
  static int pin_callback(void* self, int attempt, const char* url, const char* label,
                          unsigned flags, char* pin, std::size_t room);

  std::string url_;
  AskSecret ask_;
  std::optional<Secret> pin_;     // some keys want it again for each signature
  std::optional<Error> trouble_;  // thrown on the other side of the C library
  bool was_wrong_ = false;
};

}  // namespace reproduce::sign

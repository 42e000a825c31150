#pragma once

/// OpenSSH's own form of private keys, which GnuTLS and OpenSSL do not read.
///
/// Source: OpenSSH, PROTOCOL.key.

#include <string>
#include <string_view>

#include <gnutls/abstract.h>

namespace reproduce::sign {

[[nodiscard]] bool is_openssh_key(std::string_view pem) noexcept;

/// Puts the file's key into `key`. Error{usage} for an encrypted one and for kinds that sign
/// nothing here; Error{malformed} when it is damaged. `file` is for the words.
void import_openssh_key(gnutls_privkey_t key, std::string_view pem, const std::string& file);

}  // namespace reproduce::sign

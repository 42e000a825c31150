#include "key_file.hpp"

#include <string_view>
#include <utility>

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero() is no standard C++

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::sign {
namespace {

/// PKCS#8 (RFC 7468, section 11), and what OpenSSL wrote before that (RFC 1421, 4.6.1.1).
bool is_encrypted(std::string_view pem) {
  return pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos ||
         pem.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
}

Secret read_text(const std::string& file) {
  Bytes bytes = read_file(file, max_key_file_size, "private key");
  Secret text{std::string(as_text(bytes))};
  if (!bytes.empty()) ::explicit_bzero(bytes.data(), bytes.size());
  return text;
}

}  // namespace

KeyFile read_key_file(const std::string& file, const AskSecret& ask) {
  KeyFile key{.pem = read_text(file), .passphrase = Secret()};
  key.encrypted = is_encrypted(key.pem.text());
  if (key.encrypted) key.passphrase = ask("the key " + quote(file));
  return key;
}

void refuse_passphrase(const std::string& file, const std::string& reason) {
  throw Error(ErrorKind::usage, "the passphrase does not open the private key",
              {.file = file,
               .got = reason,
               .hint = "it is asked for on the terminal, or taken from the variable that "
                       "--passphrase-env names"});
}

void refuse_key_file(const std::string& file, const std::string& reason) {
  throw Error(
      ErrorKind::malformed, "the private key is none that can be read",
      {.file = file,
       .got = reason,
       .hint = "it must be in PEM: PKCS#8 (`BEGIN PRIVATE KEY`, or `BEGIN ENCRYPTED PRIVATE "
               "KEY`), SEC1 (`BEGIN EC PRIVATE KEY`), or OpenSSH's (`BEGIN OPENSSH PRIVATE "
               "KEY`)"});
}

}  // namespace reproduce::sign

#pragma once

/// A private key's file: its text, and what is said of one that cannot be used. For the .cpp files
/// of this folder only.

#include <string>

#include "reproduce/sign/secret.hpp"

namespace reproduce::sign {

struct KeyFile {
  Secret pem;
  Secret passphrase;  ///< that was asked for; empty for keys that are not encrypted
  bool encrypted = false;
};

/// All of a key file; none of it stays in memory elsewhere. Calls `ask` when it is encrypted.
[[nodiscard]] KeyFile read_key_file(const std::string& file, const AskSecret& ask);

/// Error{usage}. `reason`: a library's words, or nothing.
[[noreturn]] void refuse_passphrase(const std::string& file, const std::string& reason);

/// Error{malformed}.
[[noreturn]] void refuse_key_file(const std::string& file, const std::string& reason);

}  // namespace reproduce::sign

#pragma once

/// Passphrases and PINs, for the verbs that sign. Never on the command line, which every process
/// of the machine can read.

#include <string>

#include <CLI/CLI.hpp>

#include "reproduce/sign/secret.hpp"

namespace reproduce::cli {

struct SecretOptions {
  std::string variable;  ///< of the environment; empty: a person is asked
};

/// --passphrase-env.
void add_secret_option(CLI::App& app, SecretOptions& options, const std::string& group);

/// Takes the variable out of the environment, or asks on the terminal, without an echo: the
/// terminal itself (/dev/tty), so that standard input and output are free for other things.
/// Error{usage} where the variable is not set, Error{environment} where there is no terminal.
[[nodiscard]] sign::AskSecret secret_from(const SecretOptions& options);

}  // namespace reproduce::cli

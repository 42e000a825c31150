#pragma once

/// --rebuilders: whose statements count, and what they say of a reference.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify_options.hpp"

#include "reproduce/rebuilders/statement.hpp"
#include "reproduce/verify/reference.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::cli {

/// The keys of a folder: each file NAME.pub or NAME.pem is the rebuilder NAME with the public keys
/// in it; other files are passed over. Errors as rebuilders::require_independent(), and name the
/// file.
[[nodiscard]] std::vector<rebuilders::Rebuilder> read_rebuilders(const std::string& folder);

/// A statement that stands for an image. Error{usage} without --rebuilders, Error{untrusted} when
/// no rebuilder of that folder has signed it.
[[nodiscard]] rebuilders::SignedStatement read_known_statement(const std::string& name,
                                                               std::string_view text,
                                                               const VerifyOptions& options);

/// Reads the statements, which are the operands behind the document (of folders the files that end
/// in .dsse or .json) and the subject where that is one, and judges. Empty without --rebuilders.
[[nodiscard]] std::vector<verify::Check> ask_rebuilders(const verify::Reference& reference,
                                                        const VerifyOptions& options);

}  // namespace reproduce::cli

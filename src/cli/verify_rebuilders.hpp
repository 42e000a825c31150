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

/// Those whose statements count, and what they state.
class Witnesses {
 public:
  /// Reads the folder of keys, of which each file NAME.pub or NAME.pem is the rebuilder NAME with
  /// the public keys in it; other files are passed over. Nobody without --rebuilders. Errors as
  /// rebuilders::require_independent(), and name the file. `options` must outlive this.
  explicit Witnesses(const VerifyOptions& options);

  /// A statement that is the SUBJECT; it counts as the others do. Error{usage} without
  /// --rebuilders, Error{untrusted} when nobody known has signed it.
  const rebuilders::Statement& take_subject(const std::string& name, std::string_view text);

  /// Reads the other statements, which are the operands behind the document (of folders the files
  /// that end in .dsse or .json), and judges. Empty without --rebuilders.
  [[nodiscard]] std::vector<verify::Check> ask(const verify::Reference& reference);

 private:
  const VerifyOptions& options_;
  std::vector<rebuilders::Rebuilder> rebuilders_;
  std::vector<rebuilders::SignedStatement> statements_;
};

}  // namespace reproduce::cli

#pragma once

/// `reproduce verify --batch`: many documents, one verdict each.

#include <span>
#include <string>

#include "exit_code.hpp"
#include "terminal.hpp"
#include "verify_options.hpp"
#include "verify_policy.hpp"

#include "reproduce/report/verdict.hpp"
#include "reproduce/verify/reference.hpp"

namespace reproduce::cli {

/// What all documents of a batch are asked. Views what it is made of.
struct BatchQuestion {
  const VerifyOptions& options;
  const VerifyRules& rules;
  std::span<const verify::Reference> references;
  const report::VerdictStyle& style;
};

/// Judges every document of `operand`: a folder, whose files are all documents (names with a dot in
/// front are passed over, folders and pipes in it too), or a list with a path a line, `-` for
/// standard input. On all cores; what is said comes in the order of the names, or of the list.
/// Memory: some hundred documents at a time, whatever their number, and the list.
///
/// The worst exit code of all: the highest. Error{usage} when there is no document.
[[nodiscard]] ExitCode verify_batch(const std::string& operand, const BatchQuestion& question,
                                    const Terminal& terminal);

}  // namespace reproduce::cli

#pragma once

/// What stands for an image on the command line of `reproduce verify`, read and measured.

#include <string>
#include <vector>

#include "terminal.hpp"
#include "verify_options.hpp"
#include "verify_policy.hpp"
#include "verify_rebuilders.hpp"

#include "reproduce/verify/reference.hpp"

namespace reproduce::cli {

/// Reads one operand, told apart by content, and a manifest by its name:
///
///     .eif...                      an image, measured
///     NAME.toml                    a manifest: its image is built from the lock and kept nowhere
///     {"schema": "reproduce/lock/1"    a lock
///     {"payloadType": ...              a statement that somebody has signed
///     other JSON, lines `HEX PCRn`     published registers, an unsigned statement
///
/// A signed statement must be of a rebuilder that --rebuilders knows: Error{usage} without that,
/// Error{untrusted} when it is of nobody known. Errors name the operand; a document is
/// Error{usage}, and so is whatever pins too little.
[[nodiscard]] verify::Reference read_reference(const std::string& operand,
                                               const VerifyOptions& options,
                                               attestation::DocumentKind kind, Witnesses& witnesses,
                                               const Terminal& terminal);

/// All of which any will do: `operands`, else those of the policy, else the registers that rules
/// give. Error{usage} when operands and policy both name some, or nobody does.
[[nodiscard]] std::vector<verify::Reference> read_references(
    const std::vector<std::string>& operands, const VerifyOptions& options,
    const VerifyRules& rules, Witnesses& witnesses, const Terminal& terminal);

/// The same without reading any: Error{usage} as early as it can be known.
void require_references(const std::vector<std::string>& operands, const VerifyRules& rules);

}  // namespace reproduce::cli

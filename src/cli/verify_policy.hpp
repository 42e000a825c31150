#pragma once

/// The rules that documents are held to: a policy file and options, which say the same things.

#include <string>
#include <vector>

#include "terminal.hpp"
#include "verify_options.hpp"

#include "reproduce/attestation/verify.hpp"
#include "reproduce/crypto/x509.hpp"
#include "reproduce/manifest/policy.hpp"
#include "reproduce/verify/policy.hpp"
#include "reproduce/verify/reference.hpp"

namespace reproduce::cli {

struct VerifyRules {
  verify::Policy policy;
  std::vector<Certificate> roots;
  attestation::EvaluationTime at;
  attestation::UnknownKeys unknown_keys = attestation::UnknownKeys::reported;
  /// The references that the policy names; files are still to be read.
  std::vector<manifest::PolicyReference> references;
  manifest::PolicyFile file;  ///< empty without a policy

  [[nodiscard]] attestation::Trust trust(attestation::ChainCache* cache = nullptr) const {
    return {.roots = roots, .unknown_keys = unknown_keys, .kind = policy.kind, .cache = cache};
  }
};

/// Reads the policy file, then the options, and every file that either names. A rule that both
/// have, or an option that is given twice, is Error{usage}: which of two should count?
[[nodiscard]] VerifyRules read_rules(const VerifyOptions& options);

/// The registers that rules give values for, as a reference for whoever has no other. Nothing when
/// there are none.
[[nodiscard]] std::optional<verify::Reference> reference_of_rules(const VerifyRules& rules);

}  // namespace reproduce::cli

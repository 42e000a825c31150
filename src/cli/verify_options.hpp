#pragma once

/// What the command line of `reproduce verify` says, as it was typed.

#include <optional>
#include <string>
#include <vector>

#include "store_option.hpp"

namespace reproduce::cli {

struct VerifyOptions {
  /// [SUBJECT] ATTESTATION; SUBJECT with --reference; SUBJECT ATTESTATION STATEMENT... with
  /// --rebuilders
  std::vector<std::string> operands;

  // What the document is held to.
  std::vector<std::string> pcrs;       ///< N=HEX
  std::vector<std::string> accepted;   ///< more subjects of which any will do
  std::vector<std::string> published;  ///< --reference: no document, a comparison with these

  // Who must have rebuilt it.
  std::string rebuilders;                ///< a folder of public keys; empty: nobody is asked
  std::optional<std::size_t> threshold;  ///< how many; default: all

  // Rules, each as in a policy file.
  std::string policy;
  std::optional<std::string> kind, at, max_age, clock_skew, nonce, user_data, public_key, role,
      instance, signer, deny_serial;
  std::vector<std::string> required, roots;
  bool strict = false;
  bool consistent = false;

  std::optional<std::string> field;    ///< of JSON around the document
  std::optional<std::string> against;  ///< something older, to say what differs
  bool batch = false;
  bool explain = false;
  std::vector<std::string> reports;  ///< --report

  // For manifests, which are built.
  StoreOptions store;
  std::string sandbox = "auto";
};

}  // namespace reproduce::cli

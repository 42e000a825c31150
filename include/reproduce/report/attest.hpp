#pragma once

/// What `reproduce attest` says when it is done.

#include <optional>
#include <string>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::report {

struct Attested {
  std::string file;     ///< that was written; empty: standard output
  std::string key_id;   ///< SHA-256 of the public key
  std::string key;      ///< "Ed25519", "P-256"
  std::string builder;  ///< what the statement calls it
  Sha256Digest sha256{};
  measure::Registers registers;
  /// In what the image is not the lock's: "PCR0, PCR2"; empty: in nothing.
  std::string difference{};
  bool deterministic = true;  ///< attesting the same again gives the same bytes
};

[[nodiscard]] std::string attest_text(const Attested& attested);

/// The document `reproduce/attest/1` (docs/formats/json.md).
[[nodiscard]] std::string attest_json(const Attested& attested);

}  // namespace reproduce::report

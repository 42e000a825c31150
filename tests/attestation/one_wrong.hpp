#pragma once

/// Documents of a throw-away PKI that are wrong in exactly one way each, one test case a row.
///
/// Everything else about them is right, and everything is signed properly by who should, so nothing
/// but the one thing can refuse them; each is refused for that reason, in that class.

#include <ostream>
#include <string>
#include <vector>

#include "attestation/refusals.hpp"

#include "reproduce/base/error.hpp"

namespace reproduce::attestation {

struct OneWrong {
  std::string name;  ///< a sentence in CamelCase, as test cases are called
  ErrorKind kind = ErrorKind::malformed;
  Spoil spoil;
  std::string reason;    ///< the error's words, whole
  std::string detail{};  ///< stands somewhere in its context
};

inline std::ostream& operator<<(std::ostream& out, const OneWrong& row) {
  return out << row.name;
}

/// Framing, CBOR, fields, lengths: what is malformed.
[[nodiscard]] std::vector<OneWrong> wrong_forms();

/// Root, certificates, extensions, dates, signatures: what is not to be trusted.
[[nodiscard]] std::vector<OneWrong> wrong_chains();

}  // namespace reproduce::attestation

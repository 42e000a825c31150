#pragma once

/// Signature sections for tests: right unless a member says otherwise, by a fresh key with a
/// certificate of its own. Layout: include/reproduce/eif/signature.hpp.

#include <cstdint>
#include <string>

#include "support/pki.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/crypto/ecdsa.hpp"

namespace reproduce::test {

struct ImageSignature {
  Sha384Digest value;  ///< the PCR0 that is signed
  KeyKind kind = KeyKind::p384;
  Curve curve = Curve::p384;
  std::uint64_t index = 0;
  bool by_another_key = false;
  std::size_t cut_signature = 0;
  std::string pem_prefix{};

  [[nodiscard]] Bytes bytes() const;
};

}  // namespace reproduce::test

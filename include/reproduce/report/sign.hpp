#pragma once

/// What `reproduce sign` says when it is done.

#include <cstdint>
#include <optional>
#include <string>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/crypto/x509.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::report {

enum class SignDeed { signed_with_key, attached, removed, requested };

struct SignedImage {
  SignDeed deed = SignDeed::signed_with_key;
  std::string file;        ///< that was written
  std::uint64_t size = 0;  ///< bytes of it
  measure::Registers registers;
  std::optional<Certificate> certificate{};  ///< nothing: removed
  bool replaced = false;                     ///< there was a signature before
  bool deterministic = false;                ///< signing again gives the same bytes

  // Of a request:
  std::string algorithm{};  ///< "ES384 (-35)"
  std::string digest{};     ///< of what must be signed, hexadecimal
};

[[nodiscard]] std::string sign_text(const SignedImage& image);

/// The document `reproduce/sign/1` (docs/formats/json.md).
[[nodiscard]] std::string sign_json(const SignedImage& image);

}  // namespace reproduce::report

#pragma once

/// A document of whatever kind, for those who look at it and do not trust it.
///
///     a file --unwrap()--> CBOR --decode_evidence()--> what it says
///                               --verify()-----------> what AWS says (attestation/verify.hpp)

#include <optional>
#include <string>
#include <variant>

#include "reproduce/attestation/document.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/base/stream.hpp"

namespace reproduce::attestation {

/// What a document says, of an enclave or of a NitroTPM: Claims::kind tells which.
struct Evidence {
  /// Claims alone are those of an emulated security module, which nobody signed
  /// (attestation/emulated.hpp).
  std::variant<Document, Claims> content;
  std::string form{};  ///< how it was written and wrapped: Unwrapped::form

  [[nodiscard]] const Claims& claims() const;
  [[nodiscard]] bool is_emulated() const noexcept {
    return std::holds_alternative<Claims>(content);
  }
};

/// Decodes a document that fills `bytes` (raw CBOR), whoever made it, and of any kind unless one is
/// asked for. Throws Error{malformed}.
[[nodiscard]] Evidence decode_evidence(ByteView bytes, std::optional<DocumentKind> kind = {});

/// Takes a document out of what it is wrapped in and decodes it. `field` names a field of JSON, as
/// in attestation/envelope.hpp. Throws Error{malformed}.
[[nodiscard]] Evidence read_evidence(Source& input, const std::optional<std::string>& field = {});

}  // namespace reproduce::attestation

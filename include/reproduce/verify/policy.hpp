#pragma once

/// What a user asks of a document beyond being authentic.

#include <optional>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/rfc3339.hpp"

namespace reproduce::verify {

struct Policy {
  /// The nonce that the document must have; nothing: any, or none.
  std::optional<Bytes> nonce{};
  /// Seconds from the document's time to the time of evaluation; nothing: as
  /// long as its certificates are valid. A document that is judged at its own
  /// time has no age, so it never passes a limit.
  std::optional<UnixSeconds> max_age{};
};

}  // namespace reproduce::verify

#pragma once

/// A document that came out of a guest, beside the registers that were expected of it.

#include <cstdint>
#include <vector>

#include "reproduce/attestation/document.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::boot {

struct ComparedDocument {
  attestation::Claims claims;
  std::vector<std::uint32_t> equal;      ///< expected registers that the document has
  std::vector<std::uint32_t> differing;  ///< that it states otherwise, or not at all
};

/// Decodes a document, unsigned or not, and trusts none of it. Throws Error{malformed}.
[[nodiscard]] ComparedDocument compare_document(ByteView document,
                                                const measure::Registers& expected);

}  // namespace reproduce::boot

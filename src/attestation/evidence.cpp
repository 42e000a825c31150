#include "reproduce/attestation/evidence.hpp"

#include <utility>

#include "reproduce/attestation/emulated.hpp"
#include "reproduce/attestation/envelope.hpp"

namespace reproduce::attestation {

const Claims& Evidence::claims() const {
  return std::visit([](const Claims& claims) -> const Claims& { return claims; }, content);
}

Evidence decode_evidence(ByteView bytes, std::optional<DocumentKind> kind) {
  if (is_emulated(bytes)) return {.content = decode_emulated(bytes)};
  return {.content = decode_document(bytes, {.kind = kind})};
}

Evidence read_evidence(Source& input, const std::optional<std::string>& field) {
  Unwrapped unwrapped = unwrap(input, field);
  Evidence evidence = decode_evidence(unwrapped.document);
  evidence.form = std::move(unwrapped.form);
  return evidence;
}

}  // namespace reproduce::attestation

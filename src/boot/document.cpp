#include "reproduce/boot/document.hpp"

#include <algorithm>

#include "reproduce/attestation/emulated.hpp"

namespace reproduce::boot {

ComparedDocument compare_document(ByteView document, const measure::Registers& expected) {
  ComparedDocument compared;
  if (attestation::is_emulated(document)) {
    compared.claims = attestation::decode_emulated(document);
  } else {
    const attestation::Document with_signature = attestation::decode_document(document);
    const attestation::Claims& claims = with_signature;
    compared.claims = claims;
  }
  for (const auto& [index, value] : expected) {
    const auto stated = compared.claims.pcrs.find(index);
    const bool same =
        stated != compared.claims.pcrs.end() && std::ranges::equal(stated->second, value);
    (same ? compared.equal : compared.differing).push_back(index);
  }
  return compared;
}

}  // namespace reproduce::boot

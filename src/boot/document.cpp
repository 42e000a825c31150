#include "reproduce/boot/document.hpp"

#include <algorithm>

#include "reproduce/attestation/evidence.hpp"

namespace reproduce::boot {

ComparedDocument compare_document(ByteView document, const measure::Registers& expected) {
  ComparedDocument compared;
  compared.claims =
      attestation::decode_evidence(document, attestation::DocumentKind::enclave).claims();
  for (const auto& [index, value] : expected) {
    const auto stated = compared.claims.pcrs.find(index);
    const bool same =
        stated != compared.claims.pcrs.end() && std::ranges::equal(stated->second, value);
    (same ? compared.equal : compared.differing).push_back(index);
  }
  return compared;
}

}  // namespace reproduce::boot

#pragma once

/// What an attestation document says, for people and for machines. Neither form
/// says whether it is true: that is verify's to find out.

#include <string>

#include "reproduce/attestation/document.hpp"
#include "reproduce/attestation/evidence.hpp"

namespace reproduce::report {

/// Every field, a line or more each. Registers that are zero share one line.
/// `whole_values`: nothing is shortened.
[[nodiscard]] std::string document_text(const attestation::Document& document, bool whole_values);

/// One record with every field: docs/formats/json.md, "document". Compact JSON.
[[nodiscard]] std::string document_json(const attestation::Document& document);

/// The same of a document that an emulated security module made (attestation/emulated.hpp): it
/// has no certificates.
[[nodiscard]] std::string document_text(const attestation::Claims& emulated, bool whole_values);
[[nodiscard]] std::string document_json(const attestation::Claims& emulated);

/// The same of either.
[[nodiscard]] std::string document_text(const attestation::Evidence& evidence, bool whole_values);
[[nodiscard]] std::string document_json(const attestation::Evidence& evidence);

}  // namespace reproduce::report

#pragma once

/// What `reproduce verify` says.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/diff/difference.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::report {

/// Gives a word the colour of an outcome; the word carries the meaning alone.
using Painter = std::function<std::string(std::string_view word, verify::Outcome outcome)>;

struct VerdictStyle {
  bool whole_digests = false;  ///< otherwise shortened where both sides stay distinct
  Painter paint;
};

/// Every check with where it was asked for, the sections of the image where there is one, the
/// registers, the answer, a hint. `reference`: the one that Verdict::reference names.
[[nodiscard]] std::string verdict_text(const verify::Verdict& verdict,
                                       const verify::Reference& reference,
                                       const VerdictStyle& style);

/// The line with the answer alone: "yes: ..." or "no: ...".
[[nodiscard]] std::string answer_line(const verify::Verdict& verdict, const VerdictStyle& style);

/// What verify::explain() says, a paragraph.
[[nodiscard]] std::string explanation_text(const std::vector<std::string>& sentences);

/// What goes into the JSON where it was asked for.
struct VerdictExtras {
  std::optional<Sha256Digest> document_sha256{};  ///< of the document, out of its wrapping
  const diff::Comparison* against = nullptr;      ///< an older image, say, compared with this one
  const std::vector<std::string>* explanation = nullptr;
};

/// `reproduce/verify/1` (docs/formats/json.md), with everything that was looked at.
[[nodiscard]] std::string verdict_json(const verify::Verdict& verdict,
                                       std::span<const verify::Reference> references,
                                       const attestation::VerifiedDocument& document,
                                       const VerdictExtras& extras = {});

/// What was found without a document, registers and answer.
[[nodiscard]] std::string agreement_text(const verify::Agreement& agreement,
                                         const VerdictStyle& style);

/// `reproduce/verify-reference/1`.
[[nodiscard]] std::string agreement_json(const verify::Agreement& agreement,
                                         const verify::Reference& subject,
                                         std::span<const verify::Reference> references);

}  // namespace reproduce::report

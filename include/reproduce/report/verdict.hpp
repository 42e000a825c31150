#pragma once

/// What `reproduce verify` says.

#include <functional>
#include <string>
#include <string_view>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/diff/difference.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::report {

/// Gives a word the colour of an outcome; the word carries the meaning alone.
using Painter = std::function<std::string(std::string_view word, verify::Outcome outcome)>;

struct VerdictStyle {
  bool whole_digests = false;  ///< otherwise shortened where both sides stay distinct
  Painter paint;
};

/// Every check, the sections of the image, the registers, the answer, a hint.
[[nodiscard]] std::string verdict_text(const verify::Verdict& verdict,
                                       const measure::ImageMeasurements& image,
                                       const VerdictStyle& style);

/// The line with the answer alone: "yes: ..." or "no: ...".
[[nodiscard]] std::string answer_line(const verify::Verdict& verdict, const VerdictStyle& style);

/// `reproduce/verify/1` (docs/formats/json.md), with everything that was looked at. `against`: the
/// older image, say, compared with this one; null when there was no need or none was given.
[[nodiscard]] std::string verdict_json(const verify::Verdict& verdict,
                                       const std::string& image_name,
                                       const measure::ImageMeasurements& image,
                                       const attestation::VerifiedDocument& document,
                                       const diff::Comparison* against = nullptr);

}  // namespace reproduce::report

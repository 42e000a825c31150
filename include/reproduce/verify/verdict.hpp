#pragma once

/// Whether an attestation document attests an image: the answer and everything
/// that was looked at to reach it.
///
/// Only a VerifiedDocument can be judged, so "not authentic" is never a verdict:
/// it is an Error{untrusted}, because a forged document says nothing about the
/// image, not even no.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/verify/compare.hpp"
#include "reproduce/verify/policy.hpp"

namespace reproduce::verify {

enum class Outcome {
  pass,
  fail,        ///< makes the answer no
  warning,     ///< leaves the answer as it is, but a person should know
  not_checked  ///< nobody asked, or there is nothing to check
};

/// "pass", "fail", "warning", "not_checked": the names in JSON.
[[nodiscard]] std::string_view name_of(Outcome outcome);

struct Check {
  std::string name;  ///< stable, such as "debug-mode"
  Outcome outcome = Outcome::pass;
  std::string words;  ///< may quote hostile text: whoever prints them escapes them
  /// Names and whole values, for machines.
  std::vector<std::pair<std::string, std::variant<std::string, std::int64_t>>> values{};
};

struct Verdict {
  std::vector<Check> checks;
  std::vector<RegisterComparison> registers;
  std::string reason;  ///< one sentence, without "yes" or "no"
  std::string hint;    ///< what to do next; may be empty

  /// Yes only if no check failed and every register that counts matches.
  [[nodiscard]] bool is_yes() const;
};

/// Compares the image with the document and applies `policy`.
[[nodiscard]] Verdict judge(const measure::ImageMeasurements& image,
                            const attestation::VerifiedDocument& document, const Policy& policy);

}  // namespace reproduce::verify

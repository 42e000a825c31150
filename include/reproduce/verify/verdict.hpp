#pragma once

/// Whether an attestation document attests what a reference says: the answer and everything
/// that was looked at to reach it.
///
/// Only a VerifiedDocument can be judged, so "not authentic" is never a verdict:
/// it is an Error{untrusted}, because a forged document says nothing about the
/// image, not even no.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/verify/compare.hpp"
#include "reproduce/verify/policy.hpp"
#include "reproduce/verify/reference.hpp"

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
  std::string source{};  ///< where it was asked for, "policy.toml:7"; empty: always done
};

struct Verdict {
  std::vector<Check> checks;
  /// With the reference that the document meets; where it meets none, with the nearest.
  std::vector<RegisterComparison> registers;
  std::size_t reference = 0;  ///< which of the references that is
  std::string reason;         ///< one sentence, without "yes" or "no"
  std::string hint;           ///< what to do next; may be empty

  /// Yes only if no check failed and every register that counts matches.
  [[nodiscard]] bool is_yes() const;
};

/// Holds the document to the references, of which any will do, and to `policy`. `witnesses`: what
/// others say of the reference (witnesses.hpp), to stand among the checks. Throws as
/// require_meaning() and refuse_denied() do.
[[nodiscard]] Verdict judge(std::span<const Reference> references,
                            const attestation::VerifiedDocument& document, const Policy& policy,
                            std::vector<Check> witnesses = {});

/// The same without any document: a subject against published references, of which any will do.
struct Agreement {
  std::vector<RegisterComparison> registers;  ///< `attested` is the subject's
  std::size_t reference = 0;
  std::string reason;

  [[nodiscard]] bool is_yes() const;
};

/// Compares all that a reference pins with what `subject` has. Registers that only a running
/// enclave has (PCR3, PCR4, PCR16 and so on) are no part of an image: a reference that pins one is
/// met by none.
[[nodiscard]] Agreement compare_with(const Reference& subject,
                                     std::span<const Reference> references);

/// What a document shows and what it does not, in sentences: for people who want to know how far
/// an answer reaches. Of a document in debug mode what can be learnt from it all the same.
[[nodiscard]] std::vector<std::string> explain(const Verdict& verdict,
                                               const attestation::VerifiedDocument& document,
                                               const Policy& policy);

}  // namespace reproduce::verify

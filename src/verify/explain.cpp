#include <algorithm>
#include <string>
#include <vector>

#include "checks.hpp"

#include "reproduce/attestation/root.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::verify {
namespace {

using attestation::Document;
using attestation::DocumentKind;
using attestation::EvaluationTime;
using attestation::VerifiedDocument;

bool is_zero(const Bytes& value) {
  return std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; });
}

std::string register_names(const Document& document, bool zero) {
  std::string text;
  for (const auto& [index, value] : document.pcrs)
    if (is_zero(value) == zero) text += (text.empty() ? "" : ", ") + name_of_register(index);
  return text.empty() ? "none" : text;
}

std::string origin(const VerifiedDocument& verified) {
  const bool is_aws = verified.root().der == attestation::aws_root_g1().der;
  const std::string who = is_aws ? "AWS signed this document" : "the root that was given signed it";
  return who + " at " + format_utc(verified.document().time()) + ", for " +
         verified.document().module_id + ": nobody changed a byte of it since";
}

std::string freshness(const VerifiedDocument& verified, const Policy& policy) {
  if (policy.nonce)
    return "it has the nonce that was asked for, so it was made after that nonce was";
  if (verified.basis() == EvaluationTime::Basis::document)
    return "it was judged at its own time: somebody may have kept it, or have a leaf's key of then";
  return "without --nonce anybody who saw this document can show it again, for as long as its "
         "certificates are valid";
}

std::string contents(const Document& document) {
  std::string text;
  const auto add = [&](const char* name, const std::optional<Bytes>& value) {
    if (value)
      text += (text.empty() ? "" : ", ") + (name + (" of " + counted(value->size(), "byte")));
  };
  add("public_key", document.public_key);
  add("user_data", document.user_data);
  add("nonce", document.nonce);
  if (text.empty()) return "the enclave put nothing of its own into it";
  return "what the code inside put into it: " + text +
         "; the signature covers that, and its meaning is as good as that code";
}

std::vector<std::string> explain_debug(const VerifiedDocument& verified) {
  const Document& document = verified.document();
  const std::string mode =
      "the enclave was started in debug mode: its console is open to whoever started it, and PCR0, "
      "PCR1 and PCR2 are zero for every image, so it says nothing about the code inside";
  const std::string registers =
      "registers that say something all the same: " + register_names(document, false) +
      "; PCR3 is the parent's role, PCR4 the parent's instance, PCR16 and up the code's own";
  const std::string use =
      "good for: trying out the way from the enclave to here, its root, chain, time and fields; "
      "for a decision, never";
  return {origin(verified), mode, registers, contents(document), use};
}

}  // namespace

std::vector<std::string> explain(const Verdict& verdict, const VerifiedDocument& verified,
                                 const Policy& policy) {
  const Document& document = verified.document();
  if (is_debug_mode(document)) return explain_debug(verified);
  std::vector<std::string> sentences{origin(verified)};
  std::string matching;
  for (const RegisterComparison& comparison : verdict.registers)
    if (comparison.matches())
      matching += (matching.empty() ? "" : ", ") + name_of_register(comparison.index);
  sentences.push_back(matching.empty() ? "no register that was compared is the expected one"
                                       : "as expected: " + matching);
  sentences.push_back(freshness(verified, policy));
  sentences.push_back(contents(document));
  if (document.kind == DocumentKind::enclave)
    sentences.push_back(
        "it does not say that the code is good, only which it is; and not that whoever sent the "
        "document is the enclave, unless a key or a nonce in it ties the two");
  else
    sentences.push_back(
        "it says what the instance started with; what it ran later is for PCR8 to PCR15 and a "
        "read-only root to say");
  return sentences;
}

}  // namespace reproduce::verify

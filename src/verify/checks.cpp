#include "checks.hpp"

#include <algorithm>
#include <string_view>

#include "reproduce/attestation/root.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/measure/parent_pcrs.hpp"

namespace reproduce::verify {
namespace {

using attestation::Document;
using attestation::EvaluationTime;
using attestation::VerifiedDocument;

std::string_view name_of(EvaluationTime::Basis basis) {
  switch (basis) {
    case EvaluationTime::Basis::now:
      return "now";
    case EvaluationTime::Basis::given:
      return "given";
    case EvaluationTime::Basis::document:
      return "document";
  }
  throw Error(ErrorKind::bug, "unknown basis of time");
}

std::string source_of(const std::optional<Rule<bool>>& rule) {
  return rule ? rule->source : std::string();
}

/// What no genuine document shows, and nobody promised.
Outcome unusual(const Policy& policy) {
  return policy.consistent ? Outcome::fail : Outcome::warning;
}

/// The instance's name in "i-0123...-enc0123...".
std::optional<std::string_view> instance_of(std::string_view module_id) {
  const std::size_t end = module_id.find("-enc");
  if (!module_id.starts_with("i-") || end == std::string_view::npos) return std::nullopt;
  return module_id.substr(0, end);
}

}  // namespace

std::string age_words(UnixSeconds seconds) {
  constexpr UnixSeconds minute = 60;
  constexpr UnixSeconds hour = 60 * minute;
  constexpr UnixSeconds day = 24 * hour;
  const auto words = [](UnixSeconds count, std::string_view unit, UnixSeconds rest,
                        std::string_view rest_unit) {
    const std::string text = std::to_string(count) + " " + std::string(unit);
    return rest == 0 ? text : text + " " + std::to_string(rest) + " " + std::string(rest_unit);
  };
  if (seconds < minute) return words(seconds, "s", 0, "");
  if (seconds < hour) return words(seconds / minute, "min", seconds % minute, "s");
  if (seconds < day) return words(seconds / hour, "h", seconds % hour / minute, "min");
  return words(seconds / day, "d", seconds % day / hour, "h");
}

Check check_root(const VerifiedDocument& document, const Policy& policy) {
  const Certificate& root = document.root();
  const bool is_aws = root.der == attestation::aws_root_g1().der;
  const std::string fingerprint = to_hex(root.fingerprint);
  return {.name = "root",
          .outcome = is_aws ? Outcome::pass : Outcome::warning,
          .words = (is_aws ? "AWS Nitro Enclaves root G1, SHA-256 "
                           : "not AWS's root: the one given, SHA-256 ") +
                   fingerprint,
          .values = {{"sha256", fingerprint}, {"subject", words(root.subject)}},
          .source = policy.roots_source};
}

Check check_chain(const VerifiedDocument& document) {
  const std::size_t certificates = document.document().cabundle.size() + 1;
  const std::string at = format_utc(document.evaluated_at());
  return {.name = "chain",
          .outcome = Outcome::pass,
          .words = counted(certificates, "certificate") + ", all on P-384, valid at " + at,
          .values = {{"valid_at", at}}};
}

Check check_signature(const VerifiedDocument& document) {
  const std::string signer = words(document.document().certificate.subject);
  return {.name = "signature",
          .outcome = Outcome::pass,
          .words = "ES384 by " + signer,
          .values = {{"signer", signer}}};
}

Check check_time(const VerifiedDocument& document, const Policy& policy) {
  const bool own_time = document.basis() == EvaluationTime::Basis::document;
  const std::string made = format_utc(document.document().time());
  const std::string at = format_utc(document.evaluated_at());
  std::string words = "made at " + made + ", judged at ";
  words += own_time ? "its own time: authentic, but nothing shows that it is fresh"
                    : at + ", " + age_words(document.age()) + " old";
  return {.name = "time",
          .outcome = own_time ? Outcome::warning : Outcome::pass,
          .words = std::move(words),
          .values = {{"made_at", made},
                     {"judged_at", at},
                     {"basis", std::string(name_of(document.basis()))}},
          .source = policy.time_source};
}

Check check_debug_mode(const VerifiedDocument& document) {
  if (is_debug_mode(document.document()))
    return {.name = "debug-mode",
            .outcome = Outcome::fail,
            .words = "the enclave ran in debug mode: PCR0, PCR1 and PCR2 are zero"};
  return {.name = "debug-mode",
          .outcome = Outcome::pass,
          .words = "off: PCR0, PCR1 and PCR2 are not all zero"};
}

Check check_instance(const VerifiedDocument& verified, const Policy& policy) {
  const Document& document = verified.document();
  const std::optional<std::string_view> instance = instance_of(document.module_id);
  const auto pcr4 = document.pcrs.find(4);
  Check check{.name = "instance", .words = {}, .source = source_of(policy.consistent)};
  if (!instance || pcr4 == document.pcrs.end()) {
    check.outcome = policy.consistent ? Outcome::fail : Outcome::not_checked;
    check.words = "module_id names no instance, or there is no PCR4";
    return check;
  }
  const Sha384Digest expected = measure::parent_register(*instance);
  const bool same = pcr4->second == Bytes(expected.begin(), expected.end());
  check.outcome = same ? Outcome::pass : unusual(policy);
  check.words = same ? "PCR4 is that of " + std::string(*instance)
                     : "PCR4 is not that of " + std::string(*instance) +
                           ", unlike in any document known to be genuine";
  check.values = {{"instance", std::string(*instance)}};
  return check;
}

Check check_signer(const VerifiedDocument& verified, const Policy& policy) {
  const Document& document = verified.document();
  const Name& subject = document.certificate.subject;
  const bool names_module = std::ranges::any_of(subject, [&](const NameEntry& entry) {
    return entry.short_name == "CN" && entry.value.starts_with(document.module_id);
  });
  return {.name = "signer",
          .outcome = names_module ? Outcome::pass : unusual(policy),
          .words = names_module ? "its certificate is for " + document.module_id
                                : "its certificate is not for " + document.module_id +
                                      ", unlike in any document known to be genuine",
          .values = {{"module_id", document.module_id}},
          .source = source_of(policy.consistent)};
}

Check check_keys(const VerifiedDocument& document, const Policy& policy) {
  const std::vector<std::string>& unknown = document.document().unknown_keys;
  if (unknown.empty())
    return {.name = "keys",
            .outcome = Outcome::pass,
            .words = "all of them are known",
            .source = policy.strict_source};
  Check check{.name = "keys",
              .outcome = Outcome::warning,
              .words = "the document has " + counted(unknown.size(), "unknown key") + ":"};
  for (const std::string& key : unknown) check.words += " " + key;
  return check;
}

Check check_image_signature(const Reference& reference) {
  if (!reference.image)
    return {.name = "image-signature",
            .outcome = Outcome::not_checked,
            .words = "there is no image at hand, only its registers"};
  const measure::ImageMeasurements& image = *reference.image;
  if (!image.signature)
    return {.name = "image-signature",
            .outcome = Outcome::not_checked,
            .words = "the image is not signed"};
  if (image.signature_fault)
    return {.name = "image-signature",
            .outcome = Outcome::warning,
            .words = "the image's own signature does not hold: " + *image.signature_fault};
  return {.name = "image-signature",
          .outcome = Outcome::pass,
          .words = "by " + words(image.signature->certificate.subject),
          .values = {{"not_before", format_utc(image.signature->certificate.not_before.time)},
                     {"not_after", format_utc(image.signature->certificate.not_after.time)}}};
}

}  // namespace reproduce::verify

#include <algorithm>
#include <string_view>

#include "checks.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/measure/parent_pcrs.hpp"

namespace reproduce::verify {
namespace {

using attestation::Document;
using attestation::EvaluationTime;
using attestation::VerifiedDocument;

std::string_view form_words(ExpectedContent::Form form) {
  switch (form) {
    case ExpectedContent::Form::exact:
      return "it is the expected one";
    case ExpectedContent::Form::sha256:
      return "its SHA-256 is the expected one";
    case ExpectedContent::Form::sha384:
      return "its SHA-384 is the expected one";
  }
  throw Error(ErrorKind::bug, "unknown form of content");
}

Check check_content(const std::string& name, const std::optional<Bytes>& content,
                    const Rule<ExpectedContent>& rule) {
  Check check{
      .name = name, .words = std::string(form_words(rule.value.form)), .source = rule.source};
  check.values.emplace_back("expected", to_hex(rule.value.value));
  if (content) check.values.emplace_back("attested", to_hex(*content));
  if (content && rule.value.is_met_by(*content)) return check;
  check.outcome = Outcome::fail;
  check.words =
      content ? "the " + name + " is not the expected one" : "the document has no " + name;
  return check;
}

Check check_register(const Document& document, const Rule<ExpectedRegister>& rule) {
  const ExpectedRegister& expected = rule.value;
  const std::string name = name_of_register(expected.index);
  const std::string meant = expected.of.empty() ? "the expected one" : "that of " + expected.of;
  const auto attested = document.pcrs.find(expected.index);
  Check check{.name = "pcr" + std::to_string(expected.index),
              .words = name + " is " + meant,
              .values = {{"expected", to_hex(expected.value)}},
              .source = rule.source};
  if (attested != document.pcrs.end())
    check.values.emplace_back("attested", to_hex(attested->second));
  if (attested != document.pcrs.end() && attested->second == expected.value) return check;
  check.outcome = Outcome::fail;
  check.words =
      attested == document.pcrs.end() ? "the document has no " + name : name + " is not " + meant;
  return check;
}

/// PCR4 is of this instance, and module_id begins with it: one without the other is no instance.
Check check_expected_instance(const Document& document, const Rule<std::string>& rule) {
  const Sha384Digest value = measure::parent_register(rule.value);
  const ExpectedRegister expected{
      .index = 4, .value = Bytes(value.begin(), value.end()), .of = "the instance " + rule.value};
  Check check = check_register(document, {.value = expected, .source = rule.source});
  if (check.outcome == Outcome::pass && !document.module_id.starts_with(rule.value + "-enc")) {
    check.outcome = Outcome::fail;
    check.words = "PCR4 is that of " + rule.value + ", and module_id is of another instance";
  }
  return check;
}

/// That it is pinned was settled by require_meaning(), that it matches is said line by line.
Check check_required(const Document& document, const Rule<std::uint32_t>& rule) {
  const auto attested = document.pcrs.find(rule.value);
  const bool is_zero = attested == document.pcrs.end() ||
                       std::ranges::all_of(attested->second, [](auto byte) { return byte == 0; });
  const std::string name = name_of_register(rule.value);
  return {.name = "required",
          .outcome = is_zero ? Outcome::fail : Outcome::pass,
          .words = is_zero ? name + " is required, and the document has none, or zero"
                           : name + " is there, and not zero",
          .source = rule.source};
}

}  // namespace

Check check_nonce(const VerifiedDocument& document, const Policy& policy) {
  const std::optional<Bytes>& nonce = document.document().nonce;
  if (policy.nonce) {
    const ExpectedContent expected{.value = policy.nonce->value};
    return check_content("nonce", nonce, {.value = expected, .source = policy.nonce->source});
  }
  return {
      .name = "nonce",
      .outcome = Outcome::not_checked,
      .words = nonce ? "the document has one; --nonce would check it" : "the document has none"};
}

Check check_age(const VerifiedDocument& document, const Policy& policy) {
  if (!policy.max_age)
    return {.name = "age",
            .outcome = Outcome::not_checked,
            .words = "no limit beyond the certificates' own; --max-age would set one"};
  const UnixSeconds limit = policy.max_age->value;
  Check check{.name = "age",
              .words = {},
              .values = {{"max_age_seconds", limit}},
              .source = policy.max_age->source};
  if (document.basis() == EvaluationTime::Basis::document) {
    check.outcome = Outcome::fail;
    check.words = "a document judged at its own time has no age to limit";
    return check;
  }
  const std::string ages =
      age_words(document.age()) + " old, at most " + age_words(limit) + " allowed";
  const bool too_old = document.age() > limit;
  check.outcome = too_old ? Outcome::fail : Outcome::pass;
  check.words = too_old ? "the document is too old: " + ages : ages;
  return check;
}

std::vector<Check> check_rules(const VerifiedDocument& verified, const Policy& policy) {
  const Document& document = verified.document();
  std::vector<Check> checks;
  if (policy.clock_skew)
    checks.push_back(
        {.name = "clock-skew",
         .outcome = Outcome::pass,
         .words = "its clock is at most " + age_words(policy.clock_skew->value) + " ahead",
         .values = {{"clock_skew_seconds", policy.clock_skew->value}},
         .source = policy.clock_skew->source});
  if (policy.user_data)
    checks.push_back(check_content("user_data", document.user_data, *policy.user_data));
  if (policy.public_key)
    checks.push_back(check_content("public_key", document.public_key, *policy.public_key));
  for (const Rule<std::uint32_t>& rule : policy.required)
    checks.push_back(check_required(document, rule));
  for (const Rule<ExpectedRegister>& rule : policy.registers)
    checks.push_back(check_register(document, rule));
  if (policy.instance) checks.push_back(check_expected_instance(document, *policy.instance));
  if (policy.denied_serials)
    checks.push_back({.name = "serials",
                      .outcome = Outcome::pass,
                      .words = "no certificate has one of the " +
                               counted(policy.denied_serials->value.size(), "denied serial number"),
                      .source = policy.denied_serials->source});
  return checks;
}

std::vector<Check> check_unpinned_signer(const Reference& reference,
                                         const VerifiedDocument& document, const Policy& policy) {
  constexpr std::uint32_t signer = 8;
  const bool is_pinned = reference.says_all() || reference.registers.contains(signer) ||
                         std::ranges::any_of(policy.registers, [](const auto& rule) {
                           return rule.value.index == signer;
                         });
  if (is_pinned || !was_signed(document.document())) return {};
  return {
      {.name = "image-signer",
       .outcome = Outcome::warning,
       .words = "the enclave's image was signed (PCR8), and nothing here says by whom it must be"}};
}

}  // namespace reproduce::verify

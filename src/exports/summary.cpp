#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/json_text.hpp"
#include "reproduce/base/percent.hpp"
#include "reproduce/exports/formats.hpp"

namespace reproduce::exports {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t most_levels = 64;  // a verdict may hold a whole `diff`
constexpr std::string_view verdict_schema = "reproduce/verify/1";
constexpr std::string_view default_policy = "urn:reproduce:policy:default";

[[noreturn]] void fail(const std::string& what) {
  throw Error(
      ErrorKind::usage, what,
      {.expected = "what `reproduce verify --json` printed, or wrote for --report json=FILE",
       .hint = "a verification summary is of a run of `verify`"});
}

std::string text_at(const ordered_json& record, const char* pointer) {
  const ordered_json::json_pointer place(pointer);
  if (!record.contains(place) || !record.at(place).is_string()) return {};
  return record.at(place).get<std::string>();
}

ordered_json parse_verdict(std::string_view text) {
  if (const std::optional<JsonFault> fault = find_json_fault(text, most_levels))
    fail("the verdict " + std::string(words_for(fault->kind)));
  ordered_json verdict = ordered_json::parse(text);
  if (!verdict.is_object() || text_at(verdict, "/schema") != verdict_schema)
    fail("this is no verdict");
  const std::string answer = text_at(verdict, "/answer");
  if (answer != "yes" && answer != "no") fail("the verdict has no answer");
  if (!verdict.contains("checks") || !verdict["checks"].is_array())
    fail("the verdict has no checks");
  return verdict;
}

ordered_json subjects_of(const ordered_json& verdict) {
  ordered_json subjects = ordered_json::array();
  const std::string name = text_at(verdict, "/reference/name");
  const std::string sha256 = text_at(verdict, "/reference/sha256");
  if (!sha256.empty()) subjects.push_back({{"name", name}, {"digest", {{"sha256", sha256}}}});
  const ordered_json::json_pointer pcrs("/reference/pcrs");
  if (verdict.contains(pcrs) && verdict.at(pcrs).is_object())
    for (const auto& [index, value] : verdict.at(pcrs).items())
      if (value.is_string()) subjects.push_back({{"name", index}, {"digest", {{"sha384", value}}}});
  if (subjects.empty()) fail("the verdict names no registers");
  return subjects;
}

/// The check of that name; null where there is none.
ordered_json check_named(const ordered_json& verdict, std::string_view name) {
  for (const ordered_json& check : verdict["checks"])
    if (check.is_object() && text_at(check, "/name") == name) return check;
  return nullptr;
}

/// The file of the first rule that stands in one: "policy.toml:7".
std::string policy_of(const ordered_json& verdict) {
  for (const ordered_json& check : verdict["checks"]) {
    const std::string source = check.is_object() ? text_at(check, "/source") : std::string();
    const std::size_t colon = source.rfind(':');
    if (colon != std::string::npos && !source.starts_with("--"))
      return "file:" + percent_encoded(source.substr(0, colon), "/");
  }
  return std::string(default_policy);
}

}  // namespace

std::string verification_summary(std::string_view verdict_json, const Verifier& verifier) {
  const ordered_json verdict = parse_verdict(verdict_json);
  const bool is_yes = text_at(verdict, "/answer") == "yes";
  const ordered_json time = check_named(verdict, "time");
  const std::string judged_at = time.is_object() ? text_at(time, "/judged_at") : std::string();
  if (judged_at.empty()) fail("the verdict does not say when it was reached");
  ordered_json predicate{
      {"verifier", {{"id", verifier.id}, {"version", {{"reproduce", verifier.version}}}}},
      {"timeVerified", judged_at},
      {"resourceUri",
       verifier.resource.empty()
           ? "urn:reproduce:reference:" + percent_encoded(text_at(verdict, "/reference/name"), "/")
           : verifier.resource},
      {"policy", {{"uri", policy_of(verdict)}}}};
  const std::string document = text_at(verdict, "/document_sha256");
  if (!document.empty())
    predicate["inputAttestations"] = {
        {{"uri", "urn:reproduce:attestation:" + document}, {"digest", {{"sha256", document}}}}};
  predicate["verificationResult"] = is_yes ? "PASSED" : "FAILED";
  // No track of SLSA was evaluated; what was is in the policy.
  predicate["verifiedLevels"] = {is_yes ? "SLSA_BUILD_LEVEL_UNEVALUATED" : "FAILED"};
  predicate["slsaVersion"] = "1.0";
  const ordered_json statement{{"_type", "https://in-toto.io/Statement/v1"},
                               {"subject", subjects_of(verdict)},
                               {"predicateType", "https://slsa.dev/verification_summary/v1"},
                               {"predicate", std::move(predicate)}};
  constexpr int indent = 2;
  return statement.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace reproduce::exports

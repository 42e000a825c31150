#include "verdict_record.hpp"

#include <string>
#include <variant>

#include "records.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;
using verify::Check;
using verify::RegisterComparison;

ordered_json check_record(const Check& check) {
  ordered_json record{
      {"name", check.name}, {"outcome", name_of(check.outcome)}, {"words", check.words}};
  if (!check.source.empty()) record["source"] = check.source;
  for (const auto& [name, value] : check.values)
    std::visit([&, key = name](const auto& plain) { record[key] = plain; }, value);
  return record;
}

}  // namespace

ordered_json reference_record(const verify::Reference& reference) {
  ordered_json record{{"name", reference.name}, {"kind", name_of(reference.kind)}};
  if (!reference.source.empty()) record["source"] = reference.source;
  if (reference.sha256) record["sha256"] = to_hex(*reference.sha256);
  record["pcrs"] = ordered_json::object();
  for (const auto& [index, value] : reference.registers)
    record["pcrs"][name_of_register(index)] = to_hex(value);
  return record;
}

ordered_json register_record(const RegisterComparison& comparison) {
  const bool missing = !comparison.expected || !comparison.attested;
  return {{"name", name_of_register(comparison.index)},
          {"outcome", comparison.matches() ? "match"
                      : missing            ? "missing"
                                           : "mismatch"},
          {"expected", hex_or_null(comparison.expected)},
          {"image", hex_or_null(comparison.expected)},
          {"attested", hex_or_null(comparison.attested)}};
}

ordered_json verdict_record(const verify::Verdict& verdict,
                            std::span<const verify::Reference> references) {
  ordered_json checks = ordered_json::array();
  for (const Check& check : verdict.checks) checks.push_back(check_record(check));
  ordered_json registers = ordered_json::array();
  for (const RegisterComparison& comparison : verdict.registers)
    registers.push_back(register_record(comparison));
  ordered_json root{{"schema", "reproduce/verify/1"},
                    {"answer", verdict.is_yes() ? "yes" : "no"},
                    {"reason", verdict.reason}};
  if (!verdict.hint.empty()) root["hint"] = verdict.hint;
  root["checks"] = std::move(checks);
  root["reference"] = reference_record(references[verdict.reference]);
  root["references"] = references.size();
  root["registers"] = std::move(registers);
  return root;
}

}  // namespace reproduce::report

#include "reproduce/report/gate_findings.hpp"

#include <optional>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/report/diff.hpp"

namespace reproduce::report {
namespace {

GateOutcome outcome_of(verify::Outcome outcome) {
  switch (outcome) {
    case verify::Outcome::pass:
      return GateOutcome::pass;
    case verify::Outcome::fail:
      return GateOutcome::fail;
    case verify::Outcome::warning:
      return GateOutcome::warning;
    case verify::Outcome::not_checked:
      return GateOutcome::skipped;
  }
  return GateOutcome::fail;
}

std::string hex_of(const std::optional<Bytes>& value) {
  return value ? to_hex(*value) : "";
}

GateCheck register_check(std::uint32_t index, bool matches) {
  const std::string name = name_of_register(index);
  return {.name = name,
          .outcome = matches ? GateOutcome::pass : GateOutcome::fail,
          .words = name + (matches ? " is the expected one" : " is not the expected one")};
}

void add_registers(GateReport& report, const std::vector<verify::RegisterComparison>& registers) {
  for (const verify::RegisterComparison& comparison : registers) {
    report.checks.push_back(register_check(comparison.index, comparison.matches()));
    report.registers.push_back({.index = comparison.index,
                                .expected = hex_of(comparison.expected),
                                .got = hex_of(comparison.attested)});
  }
}

std::string plain_diagnosis(const diff::Comparison& comparison) {
  return diagnosis_text(comparison,
                        {.strong = [](std::string_view text) { return std::string(text); }});
}

}  // namespace

void tell_gate(GateReport& report, const build::AssembledImage& image,
               const build::Warnings& warnings, bool is_locked) {
  report.sentence = is_locked ? "yes: built the image that the lock expects" : "built";
  report.checks.push_back({.name = "image", .words = counted(image.size, "byte")});
  for (const std::string& warning : warnings)
    report.checks.push_back({.name = "warning", .outcome = GateOutcome::warning, .words = warning});
  for (const auto& [index, value] : image.registers)
    report.registers.push_back(
        {.index = index, .expected = is_locked ? to_hex(value) : "", .got = to_hex(value)});
}

void tell_gate(GateReport& report, const CheckResult& result) {
  const bool same = result.images.same;
  report.sentence = same ? "yes: both builds made the same image" : "no: the two builds differ";
  report.checks.push_back({.name = "same-image",
                           .outcome = same ? GateOutcome::pass : GateOutcome::fail,
                           .words = report.sentence});
  for (const auto& [name, reason] : result.not_varied)
    report.checks.push_back({.name = "vary-" + name,
                             .outcome = GateOutcome::skipped,
                             .words = "not varied: " + reason});
  if (!same) report.diagnosis = plain_diagnosis(result.images);
}

void tell_gate(GateReport& report, const verify::Agreement& agreement) {
  report.sentence = (agreement.is_yes() ? "yes: " : "no: ") + agreement.reason;
  add_registers(report, agreement.registers);
}

void tell_gate(GateReport& report, const verify::Verdict& verdict,
               const diff::Comparison* diagnosis) {
  report.sentence = (verdict.is_yes() ? "yes: " : "no: ") + verdict.reason;
  for (const verify::Check& check : verdict.checks)
    report.checks.push_back(
        {.name = check.name, .outcome = outcome_of(check.outcome), .words = check.words});
  add_registers(report, verdict.registers);
  if (diagnosis != nullptr) report.diagnosis = plain_diagnosis(*diagnosis);
}

void tell_gate(GateReport& report, const diff::Comparison& comparison) {
  report.sentence = comparison.same ? "yes: nothing differs" : "no: they differ";
  for (const diff::RegisterComparison& pcr : comparison.registers) {
    if (!pcr.comparable) continue;
    report.checks.push_back(register_check(pcr.index, !pcr.moved()));
    report.registers.push_back(
        {.index = pcr.index, .expected = hex_of(pcr.before), .got = hex_of(pcr.after)});
  }
  report.checks.push_back(
      {.name = "same",
       .outcome = comparison.same ? GateOutcome::pass : GateOutcome::fail,
       .words = comparison.headline.empty() ? report.sentence : comparison.headline.front()});
  for (const std::string& note : comparison.notes)
    report.checks.push_back({.name = "note", .outcome = GateOutcome::warning, .words = note});
  report.diagnosis = plain_diagnosis(comparison);
}

void tell_gate(GateReport& report, const LockCheck& check) {
  tell_gate(report, check.comparison);
  report.sentence = check.is_current() ? "yes: the lock is up to date"
                                       : "no: the lock is not what `reproduce lock` writes";
  report.checks.push_back({.name = "lock-is-current",
                           .outcome = check.is_current() ? GateOutcome::pass : GateOutcome::fail,
                           .words = report.sentence});
  report.diagnosis.clear();
  for (const std::string& line : check.lines.lines) report.diagnosis += printable(line) + "\n";
}

}  // namespace reproduce::report

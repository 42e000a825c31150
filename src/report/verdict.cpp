#include "reproduce/report/verdict.hpp"

#include <algorithm>

#include "records.hpp"
#include "verdict_record.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/report/diff.hpp"
#include "reproduce/report/document.hpp"
#include "reproduce/report/measure.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;
using verify::Check;
using verify::Outcome;
using verify::RegisterComparison;
using verify::Verdict;

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

/// `word` in its colour, then blanks up to `width`.
std::string painted(const std::string& word, std::size_t width, Outcome outcome,
                    const VerdictStyle& style) {
  const std::string blanks(width > word.size() ? width - word.size() : 0, ' ');
  return style.paint(word, outcome) + blanks;
}

/// "pass", "FAIL", "warning", "not asked".
std::string outcome_word(Outcome outcome) {
  if (outcome == Outcome::fail) return "FAIL";
  if (outcome == Outcome::not_checked) return "-";
  return std::string(name_of(outcome));
}

std::string check_line(const Check& check, const VerdictStyle& style) {
  const std::string source = check.source.empty() ? "" : "  [" + printable(check.source) + "]";
  return padded(check.name, 17) + painted(outcome_word(check.outcome), 9, check.outcome, style) +
         printable(check.words) + source + "\n";
}

/// 16 digits, if the other side's first 16 are others.
std::string digest_words(const Bytes& value, const Bytes& other, bool whole) {
  constexpr std::size_t shown = 16;
  const std::string digits = to_hex(value);
  const bool distinct = value == other || to_hex(other).substr(0, shown) != digits.substr(0, shown);
  return whole || !distinct || digits.size() <= shown ? digits : digits.substr(0, shown) + "\u2026";
}

/// How the two sides of a comparison are called.
struct SideNames {
  std::string_view expected;
  std::string_view found;
};

std::string register_line(const RegisterComparison& comparison, const SideNames& names,
                          const VerdictStyle& style) {
  const std::optional<Bytes>& expected = comparison.expected;
  const std::optional<Bytes>& found = comparison.attested;
  const std::string name = padded(name_of_register(comparison.index), 6);
  if (comparison.matches())
    return name + painted("match", 10, Outcome::pass, style) +
           digest_words(*expected, *found, style.whole_digests) + "\n";
  const auto side = [&](const std::optional<Bytes>& value, const std::optional<Bytes>& other) {
    return value ? digest_words(*value, other.value_or(Bytes()), style.whole_digests)
                 : std::string("none");
  };
  return name + painted(expected && found ? "MISMATCH" : "MISSING", 10, Outcome::fail, style) +
         std::string(names.expected) + " " + side(expected, found) + "  " +
         std::string(names.found) + " " + side(found, expected) + "\n";
}

/// What is measured, part by part: registers alone do not pin where one part
/// ends and the next begins.
std::string layout_line(const measure::ImageMeasurements& image) {
  std::string parts;
  for (const eif::Section& section : image.sections) {
    const bool is_ramdisk = section.type == eif::SectionType::ramdisk;
    if (section.type == eif::SectionType::metadata || section.type == eif::SectionType::signature)
      continue;
    if (!parts.empty()) parts += ", ";
    parts += eif::name_of(section.type);
    if (is_ramdisk) parts += " " + std::to_string(section.ramdisk_index);
    parts += " " + std::to_string(section.payload_size);
  }
  return padded("layout", 17) + padded("-", 9) + parts + " (bytes)\n";
}

std::string answer_words(bool yes, const std::string& reason, const VerdictStyle& style) {
  return style.paint(yes ? "yes:" : "no:", yes ? Outcome::pass : Outcome::fail) + " " +
         printable(reason) + "\n";
}

}  // namespace

std::string answer_line(const Verdict& verdict, const VerdictStyle& style) {
  return answer_words(verdict.is_yes(), verdict.reason, style);
}

std::string verdict_text(const Verdict& verdict, const verify::Reference& reference,
                         const VerdictStyle& style) {
  std::string text;
  for (const Check& check : verdict.checks) text += check_line(check, style);
  if (reference.image) text += layout_line(*reference.image);
  text += "\n";
  const SideNames names{reference.says_all() ? "image" : "expected", "attested"};
  for (const RegisterComparison& comparison : verdict.registers)
    text += register_line(comparison, names, style);
  text += answer_line(verdict, style);
  if (!verdict.hint.empty()) text += "hint: " + verdict.hint + "\n";
  return text;
}

std::string explanation_text(const std::vector<std::string>& sentences) {
  std::string text = "\nwhat this shows:\n";
  for (const std::string& sentence : sentences) text += "- " + printable(sentence) + "\n";
  return text;
}

std::string verdict_json(const Verdict& verdict, std::span<const verify::Reference> references,
                         const attestation::VerifiedDocument& document,
                         const VerdictExtras& extras) {
  ordered_json root = verdict_record(verdict, references);
  const verify::Reference& reference = references[verdict.reference];
  root["image"] = reference.image
                      ? ordered_json::parse(measurements_json(reference.name, *reference.image))
                      : ordered_json(nullptr);
  root["document"] = ordered_json::parse(document_json(document.document()));
  if (extras.document_sha256) root["document_sha256"] = to_hex(*extras.document_sha256);
  if (extras.explanation != nullptr) root["explanation"] = *extras.explanation;
  if (extras.against != nullptr) root["against"] = ordered_json::parse(diff_json(*extras.against));
  return dump(root, 2) + "\n";
}

std::string agreement_text(const verify::Agreement& agreement, const VerdictStyle& style) {
  std::string text;
  for (const RegisterComparison& comparison : agreement.registers)
    text += register_line(comparison, {"published", "here"}, style);
  return text + answer_words(agreement.is_yes(), agreement.reason, style);
}

std::string agreement_json(const verify::Agreement& agreement, const verify::Reference& subject,
                           std::span<const verify::Reference> references) {
  ordered_json registers = ordered_json::array();
  for (const RegisterComparison& comparison : agreement.registers) {
    ordered_json record = register_record(comparison);
    record.erase("image");
    record["found"] = record["attested"];
    record.erase("attested");
    registers.push_back(std::move(record));
  }
  ordered_json root{{"schema", "reproduce/verify-reference/1"},
                    {"answer", agreement.is_yes() ? "yes" : "no"},
                    {"reason", agreement.reason},
                    {"subject", reference_record(subject)},
                    {"reference", reference_record(references[agreement.reference])},
                    {"references", references.size()},
                    {"registers", std::move(registers)}};
  return dump(root, 2) + "\n";
}

}  // namespace reproduce::report

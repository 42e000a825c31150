#include "reproduce/report/verdict.hpp"

#include <algorithm>
#include <cctype>

#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
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
  return padded(check.name, 17) + painted(outcome_word(check.outcome), 9, check.outcome, style) +
         printable(check.words) + "\n";
}

/// 16 digits, if the other side's first 16 are others.
std::string digest_words(const Bytes& value, const Bytes& other, bool whole) {
  constexpr std::size_t shown = 16;
  const std::string digits = to_hex(value);
  const bool distinct = value == other || to_hex(other).substr(0, shown) != digits.substr(0, shown);
  return whole || !distinct || digits.size() <= shown ? digits : digits.substr(0, shown) + "\u2026";
}

std::string register_line(const RegisterComparison& comparison, const VerdictStyle& style) {
  const std::optional<Bytes>& image = comparison.image;
  const std::optional<Bytes>& attested = comparison.attested;
  const std::string name = padded(register_name(comparison.index), 6);
  if (comparison.matches())
    return name + painted("match", 10, Outcome::pass, style) +
           digest_words(*image, *attested, style.whole_digests) + "\n";
  const auto side = [&](const std::optional<Bytes>& value, const std::optional<Bytes>& other) {
    return value ? digest_words(*value, other.value_or(Bytes()), style.whole_digests)
                 : std::string("none");
  };
  return name + painted(image && attested ? "MISMATCH" : "MISSING", 10, Outcome::fail, style) +
         "image " + side(image, attested) + "  attested " + side(attested, image) + "\n";
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

ordered_json check_json(const Check& check) {
  ordered_json record{
      {"name", check.name}, {"outcome", name_of(check.outcome)}, {"words", check.words}};
  for (const auto& [name, value] : check.values)
    std::visit([&, key = name](const auto& plain) { record[key] = plain; }, value);
  return record;
}

ordered_json register_json(const RegisterComparison& comparison) {
  const auto hex = [](const std::optional<Bytes>& value) {
    return value ? ordered_json(to_hex(*value)) : ordered_json(nullptr);
  };
  const bool missing = !comparison.image || !comparison.attested;
  return {{"name", register_name(comparison.index)},
          {"outcome", comparison.matches() ? "match"
                      : missing            ? "missing"
                                           : "mismatch"},
          {"image", hex(comparison.image)},
          {"attested", hex(comparison.attested)}};
}

}  // namespace

std::string answer_line(const Verdict& verdict, const VerdictStyle& style) {
  const bool yes = verdict.is_yes();
  return style.paint(yes ? "yes:" : "no:", yes ? Outcome::pass : Outcome::fail) + " " +
         printable(verdict.reason) + "\n";
}

std::string verdict_text(const Verdict& verdict, const measure::ImageMeasurements& image,
                         const VerdictStyle& style) {
  std::string text;
  for (const Check& check : verdict.checks) text += check_line(check, style);
  text += layout_line(image) + "\n";
  for (const RegisterComparison& comparison : verdict.registers)
    text += register_line(comparison, style);
  text += answer_line(verdict, style);
  if (!verdict.hint.empty()) text += "hint: " + verdict.hint + "\n";
  return text;
}

std::string verdict_json(const Verdict& verdict, const std::string& image_name,
                         const measure::ImageMeasurements& image,
                         const attestation::VerifiedDocument& document,
                         const diff::Comparison* against) {
  ordered_json checks = ordered_json::array();
  for (const Check& check : verdict.checks) checks.push_back(check_json(check));
  ordered_json registers = ordered_json::array();
  for (const RegisterComparison& comparison : verdict.registers)
    registers.push_back(register_json(comparison));
  ordered_json root{{"schema", "reproduce/verify/1"},
                    {"answer", verdict.is_yes() ? "yes" : "no"},
                    {"reason", verdict.reason}};
  if (!verdict.hint.empty()) root["hint"] = verdict.hint;
  root["checks"] = std::move(checks);
  root["registers"] = std::move(registers);
  root["image"] = ordered_json::parse(measurements_json(image_name, image));
  root["document"] = ordered_json::parse(document_json(document.document()));
  if (against != nullptr) root["against"] = ordered_json::parse(diff_json(*against));
  return dump(root, 2) + "\n";
}

}  // namespace reproduce::report

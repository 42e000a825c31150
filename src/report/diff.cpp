#include "reproduce/report/diff.hpp"

#include "diff_words.hpp"
#include "records.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using diff::Comparison;
using diff::RegisterComparison;
using diff::SectionComparison;
using diff::State;

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

std::string digest_words(const std::optional<Bytes>& value, bool whole) {
  constexpr std::size_t shown = 16;
  if (!value) return "none";
  const std::string digits = to_hex(*value);
  return whole || digits.size() <= shown ? digits : digits.substr(0, shown) + "\u2026";
}

std::string register_line(const RegisterComparison& pcr, bool whole) {
  const std::string front =
      padded(name_of_register(pcr.index), 7) + padded(register_words(pcr), 13);
  if (pcr.before == pcr.after) return front + digest_words(pcr.before, whole) + "\n";
  return front + digest_words(pcr.before, whole) + " -> " + digest_words(pcr.after, whole) + "\n";
}

std::string size_words(const SectionComparison& section) {
  if (!section.before) return counted(section.after->size, "byte");
  if (!section.after) return counted(section.before->size, "byte");
  if (section.before->size == section.after->size) return counted(section.before->size, "byte");
  return counted(section.before->size, "byte") + " -> " + std::to_string(section.after->size);
}

bool is_ramdisk(const SectionComparison& section) {
  return section.name.starts_with("ramdisk ");
}

std::string list(const std::vector<diff::Difference>& differences, const std::string& indent) {
  std::string text;
  for (const diff::Difference& difference : differences)
    text += indent + difference_words(difference) + "\n";
  return text;
}

std::string section_text(const Comparison& comparison, const SectionComparison& section,
                         std::uint32_t ramdisk, const DiffStyle& style) {
  const std::string heading = section.name + " " + std::string(name_of(section.state));
  std::string text = style.strong(heading) + "  (" + size_words(section) + ", " +
                     fed_words(section) + ")\n" + list(section.differences, "  ");
  if (!is_ramdisk(section) || !comparison.tree) return text;
  for (const std::string& line :
       entry_lines(*comparison.tree, ramdisk, style.full ? SIZE_MAX : shown_entries))
    text += "  " + line + "\n";
  return text;
}

std::string sections_text(const Comparison& comparison, const DiffStyle& style) {
  std::string text;
  std::uint32_t ramdisk = 0;
  for (const SectionComparison& section : comparison.sections) {
    if (section.state != State::same)
      text += "\n" + section_text(comparison, section, ramdisk, style);
    if (is_ramdisk(section)) ++ramdisk;
  }
  return text;
}

std::string group(const std::string& heading, const std::vector<diff::Difference>& differences,
                  const DiffStyle& style) {
  if (differences.empty()) return {};
  return "\n" + style.strong(heading) + "\n" + list(differences, "  ");
}

}  // namespace

std::string diagnosis_text(const Comparison& comparison, const DiffStyle& style) {
  std::string text;
  for (const std::string& sentence : comparison.headline) text += style.strong(sentence) + "\n";
  for (const diff::Culprit& culprit : comparison.culprits) text += likely_cause(culprit);
  return text;
}

std::string diff_text(const Comparison& comparison, const DiffStyle& style) {
  std::string text = diagnosis_text(comparison, style);
  for (const std::string& note : comparison.notes) text += "note: " + printable(note) + "\n";
  text += "\nbefore " + side_words(comparison.before) + "\nafter  " + side_words(comparison.after) +
          "\n";
  for (const RegisterComparison& pcr : comparison.registers) text += register_line(pcr, style.full);
  text += group("pins", comparison.pins, style);
  text += sections_text(comparison, style);
  text += group("header  (not measured)", comparison.header, style);
  return text + group("layout", comparison.layout, style);
}

}  // namespace reproduce::report

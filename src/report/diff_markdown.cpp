#include "diff_words.hpp"
#include "markdown.hpp"
#include "records.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/report/diff.hpp"

namespace reproduce::report {
namespace {

using diff::Comparison;
using diff::SectionComparison;
using diff::State;

std::string digest_words(const std::optional<Bytes>& value) {
  return value ? "`" + to_hex(*value) + "`" : "none";
}

std::string registers_table(const Comparison& comparison) {
  if (comparison.registers.empty()) return {};
  std::string text = "\n| register | | before | after |\n|---|---|---|---|\n";
  for (const diff::RegisterComparison& pcr : comparison.registers)
    text += "| " + name_of_register(pcr.index) + " | " + register_words(pcr) + " | " +
            digest_words(pcr.before) + " | " + digest_words(pcr.after) + " |\n";
  return text;
}

std::string section_block(const Comparison& comparison, const SectionComparison& section,
                          std::uint32_t ramdisk, bool full) {
  std::vector<std::string> lines;
  for (const diff::Difference& difference : section.differences)
    lines.push_back("~ " + difference_words(difference));
  if (comparison.tree && section.name.starts_with("ramdisk "))
    for (std::string& line :
         entry_lines(*comparison.tree, ramdisk, full ? SIZE_MAX : shown_entries))
      lines.push_back(std::move(line));
  std::string text = "\n**" + plain(section.name) + " " + std::string(name_of(section.state)) +
                     "** (" + fed_words(section) + ")\n";
  return lines.empty() ? text : text + "\n" + block(lines, "diff");
}

std::string group(const std::string& heading, const std::vector<diff::Difference>& differences) {
  if (differences.empty()) return {};
  std::vector<std::string> lines;
  lines.reserve(differences.size());
  for (const diff::Difference& difference : differences)
    lines.push_back("~ " + difference_words(difference));
  return "\n**" + heading + "**\n\n" + block(lines, "diff");
}

}  // namespace

std::string diff_markdown(const Comparison& comparison, bool full) {
  std::string text = "### " + plain(quote(comparison.before.name)) + " \u2192 " +
                     plain(quote(comparison.after.name)) + "\n\n";
  for (const std::string& sentence : comparison.headline) text += "- " + plain(sentence) + "\n";
  for (const diff::Culprit& culprit : comparison.culprits)
    text += "- likely cause: **" + culprit.name + "**: " + plain(culprit.words) + ". " +
            plain(culprit.advice) + "\n";
  for (const std::string& note : comparison.notes) text += "- " + plain(printable(note)) + "\n";
  text += registers_table(comparison);
  text += group("pins", comparison.pins);
  std::uint32_t ramdisk = 0;
  for (const SectionComparison& section : comparison.sections) {
    if (section.state != State::same) text += section_block(comparison, section, ramdisk, full);
    if (section.name.starts_with("ramdisk ")) ++ramdisk;
  }
  text += group("header (not measured)", comparison.header);
  return text + group("layout", comparison.layout);
}

}  // namespace reproduce::report

#include "diff_words.hpp"

#include <algorithm>

#include "content_words.hpp"
#include "records.hpp"

#include "reproduce/base/text.hpp"
#include "reproduce/report/run.hpp"

namespace reproduce::report {
namespace {

using diff::Aspect;
using diff::EntryPair;
using diff::TreeComparison;

const diff::ContentChange* content_of(const TreeComparison& tree, const EntryPair& pair) {
  const auto index = static_cast<std::uint32_t>(&pair - tree.pairs.data());
  const auto found = std::lower_bound(
      tree.contents.begin(), tree.contents.end(), index,
      [](const diff::ContentChange& change, std::uint32_t wanted) { return change.pair < wanted; });
  return found != tree.contents.end() && found->pair == index ? &*found : nullptr;
}

std::string content_words(const TreeComparison& tree, const EntryPair& pair) {
  const diff::Values values = tree.values_of(pair, Aspect::content);
  std::string words =
      "content " +
      (values.before == values.after ? values.before : values.before + " -> " + values.after);
  const diff::ContentChange* const found = content_of(tree, pair);
  if (found != nullptr && found->first_difference)
    words += ", from byte " + std::to_string(*found->first_difference) + " on";
  return words;
}

std::string aspect_words(const TreeComparison& tree, const EntryPair& pair, Aspect aspect) {
  if (aspect == Aspect::content) return content_words(tree, pair);
  const diff::Values values = tree.values_of(pair, aspect);
  return std::string(name_of(aspect)) + " " + printable(values.before) + " -> " +
         printable(values.after);
}

bool only_inode(const EntryPair& pair) {
  return pair.on_both_sides() && !pair.moved &&
         pair.aspects == static_cast<std::uint16_t>(Aspect::inode);
}

}  // namespace

std::string entry_words(const TreeComparison& tree, const EntryPair& pair) {
  const std::string path = printable(tree.path_of(pair));
  if (pair.before == EntryPair::none) return "+ " + path;
  if (pair.after == EntryPair::none) return "- " + path;
  std::string words;
  if (pair.moved)
    words = "ramdisk " + std::to_string(tree.before.entries[pair.before].ramdisk) + " -> " +
            std::to_string(tree.after.entries[pair.after].ramdisk);
  for (const Aspect aspect : diff::all_aspects) {
    // Numbers of a file system that nobody sees again, unless nothing else differs.
    if (!pair.has(aspect) || (aspect == Aspect::inode && !only_inode(pair))) continue;
    words += (words.empty() ? "" : "; ") + aspect_words(tree, pair, aspect);
  }
  return (pair.moved ? "> " : "~ ") + path + "  " + words;
}

std::vector<std::string> entry_lines(const TreeComparison& tree, std::uint32_t ramdisk,
                                     std::size_t limit) {
  std::vector<std::string> lines;
  std::size_t listed = 0;
  std::uint64_t left_out = 0;
  std::uint64_t inodes = 0;
  for (const EntryPair& pair : tree.pairs) {
    if (pair.same() || tree.ramdisk_of(pair) != ramdisk) continue;
    if (only_inode(pair)) ++inodes;
    if (only_inode(pair) && limit != SIZE_MAX) continue;
    if (listed == limit) {
      ++left_out;
      continue;
    }
    ++listed;
    lines.push_back(entry_words(tree, pair));
    const diff::ContentChange* const change = content_of(tree, pair);
    if (change == nullptr || !change->difference) continue;
    for (const std::string& line : content_lines(*change->difference, limit == SIZE_MAX))
      lines.push_back("    " + line);
  }
  if (left_out != 0)
    lines.push_back("... and " + std::to_string(left_out) + " more (--full shows all)");
  if (inodes != 0 && limit != SIZE_MAX)
    lines.push_back("... " + std::to_string(inodes) +
                    " differ in inode number, link count or device alone");
  return lines;
}

std::string likely_cause(const diff::Culprit& culprit) {
  return "likely cause: " + culprit.name + ": " + culprit.words + "\n  do: " + culprit.advice +
         "\n";
}

std::string difference_words(const diff::Difference& difference) {
  if (difference.where.empty() || difference.what.starts_with("parameter-"))
    return difference.words;
  return difference.where + ": " + difference.words;
}

std::string side_words(const diff::Side& side) {
  std::string words =
      quote(side.name) + " (" + std::string(name_of(side.kind)) + ", " + counted(side.size, "byte");
  if (!side.form.empty()) words += ", " + side.form;
  if (!side.fault.empty()) words += ", MALFORMED: " + printable(side.fault);
  return words + ")";
}

std::string register_words(const diff::RegisterComparison& pcr) {
  if (!pcr.comparable) return "not compared";
  if (pcr.before && pcr.after) return pcr.before == pcr.after ? "untouched" : "moved";
  return pcr.before ? "only before" : "only after";
}

std::string fed_words(const diff::SectionComparison& section) {
  return section.registers.empty() ? "not measured" : "feeds " + register_names(section.registers);
}

}  // namespace reproduce::report

#include "summary.hpp"

#include <algorithm>

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::diff {
namespace {

constexpr std::size_t most_examples = 3;

void count(AspectCount& counter, std::uint32_t pair) {
  ++counter.entries;
  if (counter.examples.size() < most_examples) counter.examples.push_back(pair);
}

std::size_t index_of(Aspect aspect) {
  return static_cast<std::size_t>(
      std::find(std::begin(all_aspects), std::end(all_aspects), aspect) - std::begin(all_aspects));
}

/// "the mode of" and so on, for few entries, and for many.
struct AspectWords {
  std::string one;
  std::string many;
};

AspectWords words_of(Aspect aspect) {
  switch (aspect) {
    case Aspect::type:
      return {"the type of", "types"};
    case Aspect::content:
      return {"", "contents"};
    case Aspect::target:
      return {"the target of", "targets of links"};
    case Aspect::mode:
      return {"the mode of", "modes"};
    case Aspect::owner:
      return {"the owner of", "owners"};
    case Aspect::mtime:
      return {"the modification time of", "modification times"};
    case Aspect::device:
      return {"the device number of", "device numbers"};
    case Aspect::links:
      return {"the hard links of", "hard links"};
    case Aspect::order:
      return {"the place in the archive of", "places in the archive"};
    case Aspect::name:
      return {"the way in which the name is written of", "ways in which names are written"};
    case Aspect::inode:
      return {"the inode number, link count or device of", "inode numbers, link counts or devices"};
    case Aspect::format:
      return {"the checksum or framing of", "checksums or framings"};
  }
  return {};
}

/// "/a changed", "/a, /b and 10 more changed".
std::string with_verb(const TreeComparison& tree, const AspectCount& counter,
                      const std::string& verb) {
  std::string words;
  for (const std::uint32_t pair : counter.examples)
    words += (words.empty() ? "" : ", ") + printable(tree.path_of(tree.pairs[pair]));
  if (counter.entries > counter.examples.size())
    words += " and " + std::to_string(counter.entries - counter.examples.size()) + " more";
  return words + " " + verb;
}

std::string aspect_words(const TreeComparison& tree, const AspectCount& counter, Aspect aspect) {
  if (aspect == Aspect::content) return with_verb(tree, counter, "changed");
  const AspectWords words = words_of(aspect);
  const EntryPair& first = tree.pairs[counter.examples.front()];
  const Values values = tree.values_of(first, aspect);
  std::string change;
  if (aspect != Aspect::order)
    change = " (" + printable(values.before) + " -> " + printable(values.after) + ")";
  const std::string path = printable(tree.path_of(first));
  if (counter.entries == 1) return words.one + " " + path + change;
  return std::to_string(counter.entries) + " " + words.many + ", such as of " + path + change;
}

}  // namespace

bool TreeSummary::weighty() const {
  if (added.entries + removed.entries + moved.entries != 0) return true;
  for (std::size_t i = 0; i < aspects.size(); ++i)
    if (aspects[i].entries != 0 && all_aspects[i] != Aspect::inode) return true;
  return false;
}

bool TreeSummary::empty() const {
  return !weighty() && aspects[index_of(Aspect::inode)].entries == 0;
}

TreeSummary summarise(const TreeComparison& tree, std::uint32_t ramdisk) {
  TreeSummary summary;
  summary.aspects.resize(std::size(all_aspects));
  for (std::uint32_t i = 0; i < tree.pairs.size(); ++i) {
    const EntryPair& pair = tree.pairs[i];
    if (pair.moved && tree.before.entries[pair.before].ramdisk == ramdisk) count(summary.moved, i);
    if (pair.same() || tree.ramdisk_of(pair) != ramdisk) continue;
    if (pair.before == EntryPair::none) count(summary.added, i);
    if (pair.after == EntryPair::none) count(summary.removed, i);
    if (pair.moved) count(summary.moved, i);
    for (std::size_t k = 0; k < std::size(all_aspects); ++k)
      if (pair.has(all_aspects[k])) count(summary.aspects[k], i);
  }
  return summary;
}

std::string summary_words(const TreeComparison& tree, const TreeSummary& summary) {
  std::vector<std::string> parts;
  const AspectCount& content = summary.aspects[index_of(Aspect::content)];
  if (content.entries != 0) parts.push_back(aspect_words(tree, content, Aspect::content));
  if (summary.added.entries != 0) parts.push_back(with_verb(tree, summary.added, "added"));
  if (summary.removed.entries != 0) parts.push_back(with_verb(tree, summary.removed, "removed"));
  if (summary.moved.entries != 0)
    parts.push_back(with_verb(tree, summary.moved, "moved to another ramdisk"));
  for (std::size_t i = 0; i < summary.aspects.size(); ++i) {
    const Aspect aspect = all_aspects[i];
    // An entry more shifts the inode numbers of all that follow: of no interest then.
    const bool noise = aspect == Aspect::inode && summary.weighty();
    if (aspect == Aspect::content || summary.aspects[i].entries == 0 || noise) continue;
    parts.push_back(aspect_words(tree, summary.aspects[i], aspect));
  }
  return enumeration(parts);
}

std::string summary_words(const std::vector<Difference>& differences) {
  std::vector<std::string> parts;
  for (const Difference& difference : differences) {
    if (parts.size() == most_examples) break;
    const std::string& where = difference.where;
    const std::string& words = difference.words;
    // A parameter's words name it already.
    const bool named = where.empty() || difference.what.starts_with("parameter-");
    parts.push_back(named ? std::string() : where + " ");
    parts.back() += words;
  }
  if (differences.size() > parts.size())
    parts.push_back(std::to_string(differences.size() - parts.size()) + " more differences");
  return enumeration(parts);
}

}  // namespace reproduce::diff

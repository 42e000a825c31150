#include "culprits.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "reproduce/base/text.hpp"

namespace reproduce::diff {
namespace {

/// What all entries that differ in one aspect have in common.
struct Tally {
  std::uint64_t entries = 0;
  const EntryPair* first = nullptr;
};

Tally tally(const TreeComparison& tree, Aspect aspect) {
  Tally found;
  for (const EntryPair& pair : tree.pairs) {
    if (!pair.on_both_sides() || !pair.has(aspect)) continue;
    if (found.first == nullptr) found.first = &pair;
    ++found.entries;
  }
  return found;
}

/// Two at the least: one file alone was rather changed on purpose.
constexpr std::uint64_t several = 2;

void find_times(const TreeComparison& tree, std::vector<Culprit>& out) {
  const Tally times = tally(tree, Aspect::mtime);
  if (times.entries == 0) return;
  const Values values = tree.values_of(*times.first, Aspect::mtime);
  out.push_back({.name = "embedded-times",
                 .words = counted(times.entries, "modification time") + " differ" +
                          (times.entries == 1 ? "s: " : ", such as: ") + values.before + " -> " +
                          values.after,
                 .advice = "set every file to one time before packing (`find . -exec touch -hd @0 "
                           "{} +`, or SOURCE_DATE_EPOCH where the packer knows it)"});
}

void find_order(const TreeComparison& tree, std::vector<Culprit>& out) {
  const Tally order = tally(tree, Aspect::order);
  if (order.entries == 0) return;
  // Sorted as bytes on one side only: the other side's order came from elsewhere.
  const auto is_sorted = [](const std::vector<Entry>& entries, const auto& less) {
    return std::is_sorted(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
      return a.ramdisk == b.ramdisk && less(a.path, b.path);
    });
  };
  const auto folded = [](const std::string& one, const std::string& other) {
    // Locales such as en_US pass over case and punctuation at first.
    const auto key = [](const std::string& path) {
      std::string out_key;
      for (const char c : path)
        if (c >= 'A' && c <= 'Z')
          out_key += static_cast<char>(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
          out_key += c;
      return out_key;
    };
    return key(one) < key(other);
  };
  const bool one_bytes = is_sorted(tree.before.entries, std::less<>());
  const bool other_bytes = is_sorted(tree.after.entries, std::less<>());
  const bool locale = one_bytes != other_bytes &&
                      is_sorted(one_bytes ? tree.after.entries : tree.before.entries, folded);
  if (locale)
    out.push_back({.name = "locale-order",
                   .words = "one archive is sorted by bytes, the other as a locale sorts",
                   .advice = "sort names under LC_ALL=C before packing"});
  else
    out.push_back({.name = "archive-order",
                   .words = "the same entries stand in another order in the archive",
                   .advice = "sort names before packing (`find . -print0 | LC_ALL=C sort -z | cpio "
                             "-0 -o -H newc`): folders list their files in any order"});
}

void find_umask(const TreeComparison& tree, std::vector<Culprit>& out) {
  constexpr std::uint32_t others = 077;
  std::uint64_t entries = 0;
  std::uint32_t bits = 0;
  for (const EntryPair& pair : tree.pairs) {
    if (!pair.on_both_sides() || !pair.has(Aspect::mode)) continue;
    const std::uint32_t changed =
        tree.before.entries[pair.before].header.mode ^ tree.after.entries[pair.after].header.mode;
    if ((changed & ~cpio::type_mask & ~others) != 0) return;
    bits |= changed & others;
    ++entries;
  }
  if (entries < several) return;
  out.push_back(
      {.name = "umask",
       .words = std::to_string(entries) + " modes differ in bits for group and others alone",
       .advice = "the builders had different umasks: set `umask 022`, or set modes when "
                 "packing"});
}

void find_owner(const TreeComparison& tree, std::vector<Culprit>& out) {
  const Tally owners = tally(tree, Aspect::owner);
  if (owners.entries < several) return;
  const Values values = tree.values_of(*owners.first, Aspect::owner);
  for (const EntryPair& pair : tree.pairs) {
    if (!pair.on_both_sides() || !pair.has(Aspect::owner)) continue;
    const Values other = tree.values_of(pair, Aspect::owner);
    if (other.before != values.before || other.after != values.after) return;
  }
  out.push_back({.name = "builder-owner",
                 .words = std::to_string(owners.entries) + " entries changed owner from " +
                          values.before + " to " + values.after,
                 .advice =
                     "the builder's own user is in the archive: pack with `--owner=0:0` (cpio "
                     "-R 0:0) or under fakeroot"});
}

void find_inodes(const TreeComparison& tree, std::vector<Culprit>& out) {
  const bool alone = std::all_of(tree.pairs.begin(), tree.pairs.end(), [](const EntryPair& pair) {
    return pair.same() || (pair.on_both_sides() && !pair.moved &&
                           pair.aspects == static_cast<std::uint16_t>(Aspect::inode));
  });
  const Tally inodes = tally(tree, Aspect::inode);
  if (!alone || inodes.entries == 0) return;
  out.push_back({.name = "inode-numbers",
                 .words = "only inode numbers, link counts or devices of the builder's file system "
                          "differ",
                 .advice = "pack with `cpio --reproducible`, which renumbers inodes and devices"});
}

/// What was recognised within files: each cause once, with the first file that has it.
void find_within(const TreeComparison& tree, std::vector<Culprit>& out) {
  struct Found {
    std::string first;
    std::uint64_t others = 0;
  };
  std::map<content::Culprit, Found> causes;
  for (const ContentChange& change : tree.contents) {
    if (!change.difference) continue;
    for (const content::Culprit culprit : change.difference->culprits) {
      const auto [place, is_new] = causes.try_emplace(culprit);
      if (is_new)
        place->second.first = tree.path_of(tree.pairs[change.pair]);
      else
        ++place->second.others;
    }
  }
  for (const auto& [culprit, found] : causes) {
    std::string words = printable(found.first);
    if (found.others != 0) words += " and " + counted(found.others, "other file");
    out.push_back({.name = std::string(content::name_of(culprit)),
                   .words = words + ": " + std::string(content::explanation_of(culprit)),
                   .advice = std::string(content::remedy_of(culprit))});
  }
}

struct Known {
  const char* what;
  Culprit culprit;
};

const std::vector<Known>& known() {
  static const std::vector<Known> list{
      {"gzip-time", {"gzip-time", "the gzip header has another time", "compress with `gzip -n`"}},
      {"gzip-name",
       {"gzip-name", "the gzip header has another file name", "compress with `gzip -n`"}},
      {"compression-parameters",
       {"compressor", "the same bytes were compressed to others",
        "pin the compressor: its version, level and number of threads"}},
      {"gzip-level",
       {"compression-level", "the gzip headers name different levels",
        "compress at one level, with one version of the compressor"}},
      {"kernel-version",
       {"kernel", "the kernels are different ones", "pin the kernel by its digest"}},
  };
  return list;
}

}  // namespace

std::vector<Culprit> find_culprits(const Comparison& comparison) {
  std::vector<Culprit> out;
  if (comparison.tree) {
    const TreeComparison& tree = *comparison.tree;
    find_times(tree, out);
    find_order(tree, out);
    find_umask(tree, out);
    find_owner(tree, out);
    find_inodes(tree, out);
    find_within(tree, out);
  }
  for (const SectionComparison& section : comparison.sections)
    for (const Difference& difference : section.differences) {
      for (const Known& cause : known())
        if (difference.what == cause.what) out.push_back(cause.culprit);
      if (difference.where == "BuildTime" && difference.what == "metadata-field")
        out.push_back({.name = "build-time",
                       .words = "the metadata says when each was built",
                       .advice = "nothing measures it; give both builds one time where the "
                                 "files are to be the same (`source_date_epoch` in a manifest)"});
    }
  return out;
}

}  // namespace reproduce::diff

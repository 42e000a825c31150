#pragma once

/// Differences as parts of sentences: what differs, shortly, the weightiest first.

#include <string>

#include "reproduce/diff/difference.hpp"

namespace reproduce::diff {

/// How often each aspect differs among the entries of one ramdisk.
struct AspectCount {
  std::uint64_t entries = 0;
  std::vector<std::uint32_t> examples;  ///< indices of pairs, a few
};

/// What happened to the entries of one ramdisk.
struct TreeSummary {
  AspectCount added;
  AspectCount removed;
  AspectCount moved;
  std::vector<AspectCount> aspects;  ///< in the order of all_aspects

  /// Whether anything differs but inode numbers and other bookkeeping of the archive.
  [[nodiscard]] bool weighty() const;
  [[nodiscard]] bool empty() const;
};

[[nodiscard]] TreeSummary summarise(const TreeComparison& tree, std::uint32_t ramdisk);

/// "/rootfs/app changed, /rootfs/etc/motd added, and 3 modes".
[[nodiscard]] std::string summary_words(const TreeComparison& tree, const TreeSummary& summary);

/// The first differences of a list and how many more there are.
[[nodiscard]] std::string summary_words(const std::vector<Difference>& differences);

}  // namespace reproduce::diff

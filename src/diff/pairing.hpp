#pragma once

/// Which entry of one image is which of the other, and in what the two differ.

#include <vector>

#include "reproduce/diff/difference.hpp"

namespace reproduce::diff {

/// The ramdisks of one image, with what lies in them.
struct Contents {
  const initramfs::JoinedRamdisks& ramdisks;
  EntryList list;
};

/// Pairs entries of one path: within a ramdisk first, the first of several with the first, and
/// then across ramdisks. `ranges[i]`: all bytes of ramdisk i that differ, by their place in it;
/// a content in the same place that touches none of them is not read again.
[[nodiscard]] TreeComparison pair_entries(Contents before, Contents after,
                                          const std::vector<std::vector<DifferingRange>>& ranges);

}  // namespace reproduce::diff

#pragma once

/// Which entry of one image is which of the other, and in what the two differ.

#include <vector>

#include "reproduce/diff/tree.hpp"

namespace reproduce::diff {

/// The ramdisks of one image, with what lies in them.
struct Contents {
  const initramfs::JoinedRamdisks& ramdisks;
  EntryList list;
};

/// Pairs entries of one path: within a ramdisk first, the first of several with the first, and
/// then across ramdisks. `same_ramdisks[i]`: ramdisk i has the same bytes on both sides, so
/// that no content in it needs to be read.
[[nodiscard]] TreeComparison pair_entries(Contents before, Contents after,
                                          const std::vector<bool>& same_ramdisks);

}  // namespace reproduce::diff

#pragma once

/// What differs within the files that changed.

#include "reproduce/diff/tree.hpp"
#include "reproduce/initramfs/joined.hpp"

namespace reproduce::diff {

/// Fills in ContentChange::difference of the first most_looked_into contents. Files of compressed
/// ramdisks are unpacked once more, and held: those of 8 MiB at most, 48 MiB on each side together;
/// the others are left as they are.
void look_into_contents(TreeComparison& tree, const initramfs::JoinedRamdisks& before,
                        const initramfs::JoinedRamdisks& after);

}  // namespace reproduce::diff

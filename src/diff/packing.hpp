#pragma once

/// How a ramdisk is written: compression, padding, all that is no entry.

#include <vector>

#include "reproduce/diff/difference.hpp"

namespace reproduce::diff {

/// One side of a ramdisk.
struct Packed {
  const initramfs::JoinedRamdisks& ramdisks;
  const EntryList& list;
  std::uint32_t ramdisk = 0;
  std::uint64_t start = 0;  ///< of the ramdisk, in the joined ones
  std::uint64_t size = 0;
};

/// Streams that begin in the ramdisk: another compression, other fields of a gzip header, other
/// numbers of archives and trailers, another place where the kernel stops.
[[nodiscard]] std::vector<Difference> stream_differences(const Packed& before, const Packed& after);

/// For a ramdisk whose bytes differ while no entry does: what does. `offset`: of the first byte
/// that differs, in the ramdisk.
[[nodiscard]] std::vector<Difference> framing_differences(const Packed& before, const Packed& after,
                                                          std::uint64_t offset);

}  // namespace reproduce::diff

#pragma once

/// Writes a tree as a newc cpio archive, always as the same bytes.

#include <cstdint>
#include <string_view>

#include "reproduce/base/stream.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::cpio {

/// Names the exact shape of our archives (docs/formats/cpio.md), for locks: it
/// changes whenever a tree would give other bytes than before.
inline constexpr std::string_view writer_version = "newc/1";

/// Archives end on a multiple of this, because the kernel sees ramdisks joined
/// end to end and wants each to start on a multiple of four; 512 is customary.
inline constexpr std::size_t archive_alignment = 512;

/// The size of the archive that write_archive() makes of `tree`; no content is
/// opened. Throws as write_archive() does, for what does not fit the format.
[[nodiscard]] std::uint64_t archive_size(const tree::Tree& tree);

/// Writes `tree` to `out`: entries in order of path, each with the modification
/// time `mtime` (seconds since 1970), the trailer, NULs up to archive_alignment.
/// The bytes depend on the tree and on `mtime` alone.
///
/// Each content is opened once and read to its end; memory does not grow with
/// it, and `out` is written to in pieces of chunk_size. The bytes of files that
/// are linked together lie at the last of them, in order of path.
///
/// Throws Error{usage} for what newc has no room for: a file of 4 GiB or more, a
/// path `TRAILER!!!`, 2^32 files. Throws Error{environment} when a content gives
/// fewer or more bytes than its size, since then it changed while it was read.
/// What went to `out` before an error is worthless.
void write_archive(const tree::Tree& tree, std::uint32_t mtime, Sink& out);

}  // namespace reproduce::cpio

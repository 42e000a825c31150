#pragma once

/// A tar archive, as a stream of bytes, as a tree.

#include <filesystem>

#include "reproduce/base/stream.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/layer.hpp"

namespace reproduce::layers {

/// Reads `archive` to its end, exactly once, so that whoever gave it can hash it
/// meanwhile. It is one tar archive (ustar, pax, GNU, star or v7), plain or
/// compressed with gzip, bzip2, xz or zstd. Contents wait in a scratch file in
/// `scratch_folder`, which goes away with the last content of the tree.
///
/// Names and link targets come out as the bytes that were recorded, whatever the
/// locale; numeric owners, modes and device numbers likewise. Holes of sparse
/// files are zeros. Times and the names of users and groups are left behind.
/// Extended attributes (but not SELinux labels), ACLs, file flags, hard links to
/// anything but regular files, and a root folder that is not 0755 0:0 are losses.
///
/// The result is what unpacking in order gives: a later entry replaces an
/// earlier one of its name with all that lies below it, except that a folder
/// that is named again keeps what it holds and takes the new attributes; an
/// entry below a symlink lands where that leads inside the root. A hard link
/// names an earlier entry and takes its mode and owner.
///
/// Throws Error{malformed}, with the offset in the decompressed archive, for
/// whatever libarchive finds wrong, absolute names and `..`, names that no tree
/// can hold (tree/path.hpp), entries below something that is no folder, links
/// to what is not there, symlinks in circles, an archive that is cut short or
/// lacks the end-of-archive block, damaged compression, and all that exceeds
/// `limits`. What follows the end-of-archive block is read and ignored, as tar
/// does. docs/formats/layers.md has the whole list.
[[nodiscard]] Layer read_tar(Source& archive, const std::filesystem::path& scratch_folder,
                             const ArchiveLimits& limits = {});

}  // namespace reproduce::layers

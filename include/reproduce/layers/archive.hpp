#pragma once

/// An archive, as a stream of bytes, as a tree.

#include <cstdint>
#include <filesystem>

#include "reproduce/base/stream.hpp"
#include "reproduce/layers/layer.hpp"

namespace reproduce::layers {

/// What a hostile archive may cost at most. The defaults are beyond what an enclave,
/// which holds its ramdisks in memory, boots from, and keep any tree, with the 128 MiB
/// that decompressing zstd takes, under 256 MiB of memory.
struct ArchiveLimits {
  std::uint64_t entries = 250'000;                        ///< about 250 bytes of memory each
  std::uint64_t name_bytes = std::uint64_t{32} << 20;     ///< paths and symlink targets together
  std::uint64_t content_bytes = std::uint64_t{64} << 30;  ///< space in the scratch folder
};

/// Reads `archive` to its end, exactly once, so that whoever gave it can hash it
/// meanwhile. It is one newc cpio archive (the only form that kernels take), plain
/// or compressed with gzip, bzip2, xz or zstd. Contents wait in a scratch file in
/// `scratch_folder`, which goes away with the last content of the tree.
///
/// Owners, modes and device numbers are the archive's; times and inode numbers
/// are left behind. Regular files with two or more links that share an inode are
/// one file, as for the kernel; their bytes may lie at any one of them. The
/// root's own mode and owner, where they are not 0755 0:0, are a loss, as are
/// links between device nodes.
///
/// Throws Error{malformed}, with the offset in the decompressed archive, for all
/// that the archive and tree formats refuse (cpio/reader.hpp, tree/path.hpp:
/// absolute names, `..`, names of more than 4095 bytes and so on), for paths that
/// occur twice, links that contradict each other, content where there can be
/// none, truncated or damaged compression, expansion like that of a bomb, and
/// whatever exceeds `limits`.
[[nodiscard]] Layer read_archive(Source& archive, const std::filesystem::path& scratch_folder,
                                 const ArchiveLimits& limits = {});

}  // namespace reproduce::layers

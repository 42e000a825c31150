#pragma once

/// The ramdisks of an image as folders on the disk.

#include <optional>
#include <string>
#include <vector>

#include "folder_writer.hpp"
#include "kernel_tree.hpp"

#include "reproduce/compression/decompress.hpp"
#include "reproduce/extract/extract.hpp"
#include "reproduce/initramfs/joined.hpp"
#include "reproduce/layers/attributes.hpp"

namespace reproduce::extract {

/// What the entries that begin in one ramdisk made.
struct UnpackedRamdisk {
  bool has_entries = false;
  /// How all of its archives are compressed; nothing where they are not all alike.
  std::optional<compression::Compression> compression{};
  std::string folder{};  ///< its name; empty without entries
  layers::Attributes attributes{};
  std::uint32_t mtime = 0;  ///< of its first entry
  std::vector<Note> notes{};
  std::uint64_t unlisted_notes = 0;

  /// Whether the folder, with the attributes, holds all that the ramdisk does.
  [[nodiscard]] bool is_whole() const noexcept { return has_entries && notes.empty(); }
};

struct UnpackedRamdisks {
  std::vector<UnpackedRamdisk> ramdisks;
  std::string stop;  ///< why and where the kernel stops; empty when it does not
};

/// Walks the ramdisks twice: to learn what becomes of each entry, and to write what is left at
/// the end. `out`'s folder gets a folder for each ramdisk that has entries.
/// Error{environment} where it is more than the limits or the disk hold.
[[nodiscard]] UnpackedRamdisks unpack(const initramfs::JoinedRamdisks& ramdisks,
                                      std::uint64_t most_bytes, FolderWriter& out);

/// "ramdisk-N".
[[nodiscard]] std::string base_name(std::size_t ramdisk);

}  // namespace reproduce::extract

#pragma once

/// The entries of the ramdisks of two images, side by side.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/content/difference.hpp"
#include "reproduce/cpio/newc.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/initramfs/joined.hpp"
#include "reproduce/initramfs/walk.hpp"

namespace reproduce::diff {

/// An entry of one image.
struct Entry {
  cpio::NewcHeader header;
  std::string name;       ///< as it stands
  std::string path;       ///< from the root, without a slash in front; the name where it has `..`
  std::string target{};   ///< of a symbolic link
  Sha256Digest sha256{};  ///< of the content; only of entries that are packed
  std::uint64_t offset = 0;   ///< of its header, in the plain bytes of its stretch
  std::uint64_t archive = 0;  ///< counted over all ramdisks
  std::uint32_t stretch = 0;  ///< index into Walk::stretches
  std::uint32_t ramdisk = 0;  ///< in which it begins
  std::uint32_t holder = 0;   ///< index of the entry with its bytes: its own, but for hard links
  std::uint32_t link = 0;     ///< index of the first entry that is hard-linked with it, or its own
  bool packed = false;        ///< in a compressed stream
  bool passed_over = false;   ///< by the kernel
};

/// What is compared at most, on each side; beyond, entries are counted only. With both sides
/// and the pairs under 200 MB.
inline constexpr std::size_t most_entries = 250'000;
inline constexpr std::uint64_t most_name_bytes = std::uint64_t{24} << 20;

struct EntryList {
  std::vector<Entry> entries;  ///< in the order of the ramdisks
  std::uint64_t unlisted = 0;
  initramfs::Walk walk;

  /// Where the content of entry `index`, which is not packed, begins in the joined ramdisks.
  [[nodiscard]] std::uint64_t content_offset(std::size_t index) const;
};

/// Walks everything; reads contents only where they have to be unpacked.
[[nodiscard]] EntryList list_entries(const initramfs::JoinedRamdisks& ramdisks);

/// In what two entries of one path differ.
enum class Aspect : std::uint16_t {
  type = 1 << 0,
  content = 1 << 1,
  target = 1 << 2,  ///< of a symbolic link
  mode = 1 << 3,
  owner = 1 << 4,
  mtime = 1 << 5,
  device = 1 << 6,  ///< its number, of a device node
  links = 1 << 7,   ///< hard-linked with others, or another of them has the bytes
  order = 1 << 8,   ///< stands elsewhere among the entries of its ramdisk
  name = 1 << 9,    ///< the path is written in another way
  inode = 1 << 10,  ///< inode number, link count, device: nothing that anybody sees once unpacked
  format = 1 << 11  ///< the checksum field, or whether the kernel takes the entry
};

inline constexpr Aspect all_aspects[] = {
    Aspect::type,   Aspect::content, Aspect::target, Aspect::mode, Aspect::owner, Aspect::mtime,
    Aspect::device, Aspect::links,   Aspect::order,  Aspect::name, Aspect::inode, Aspect::format};

[[nodiscard]] std::string_view name_of(Aspect aspect) noexcept;

/// Before and after of an aspect, in words: "0644", "0755".
struct Values {
  std::string before;
  std::string after;
};

/// An entry on either side, or on both.
struct EntryPair {
  static constexpr std::uint32_t none = UINT32_MAX;

  std::uint32_t before = none;  ///< index into the list
  std::uint32_t after = none;
  std::uint16_t aspects = 0;
  bool moved = false;  ///< to another ramdisk

  [[nodiscard]] bool on_both_sides() const noexcept { return before != none && after != none; }
  [[nodiscard]] bool has(Aspect aspect) const noexcept {
    return (aspects & static_cast<std::uint16_t>(aspect)) != 0;
  }
  void add(Aspect aspect) noexcept {
    aspects = static_cast<std::uint16_t>(aspects | static_cast<std::uint16_t>(aspect));
  }
  [[nodiscard]] bool same() const noexcept { return on_both_sides() && aspects == 0 && !moved; }
};

/// The content of a file that changed, looked at.
struct ContentChange {
  std::uint32_t pair = 0;  ///< index into TreeComparison::pairs
  std::uint64_t size_before = 0;
  std::uint64_t size_after = 0;
  /// The byte, from 0; nothing when the file could not be held (it is packed and large).
  std::optional<std::uint64_t> first_difference{};
  /// In what it differs; nothing beyond most_looked_into, and for what could not be held.
  std::optional<content::Difference> difference{};
};

/// Contents are looked at up to this many; the others are known to differ.
inline constexpr std::size_t most_contents = 200;

/// So many of them are looked into: what differs within, which takes a second each at most.
inline constexpr std::size_t most_looked_into = 50;

struct TreeComparison {
  EntryList before;
  EntryList after;
  std::vector<EntryPair> pairs;  ///< by ramdisk, then by place in the second; removed ones behind
  std::vector<ContentChange> contents;  ///< by pair

  /// The ramdisk under which a pair is shown: the second's, if it is there.
  [[nodiscard]] std::uint32_t ramdisk_of(const EntryPair& pair) const;
  /// The path, with a slash in front.
  [[nodiscard]] std::string path_of(const EntryPair& pair) const;
  /// Of a pair on both sides.
  [[nodiscard]] Values values_of(const EntryPair& pair, Aspect aspect) const;
};

}  // namespace reproduce::diff

#include "reproduce/diff/tree.hpp"

#include <array>
#include <cstdio>

#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::diff {
namespace {

std::string octal(std::uint32_t mode) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

std::string type_words(std::uint32_t mode) {
  switch (mode & cpio::type_mask) {
    case cpio::type_directory:
      return "directory";
    case cpio::type_regular:
      return "regular file";
    case cpio::type_symlink:
      return "symbolic link";
    case cpio::type_character_device:
      return "character device";
    case cpio::type_block_device:
      return "block device";
    case cpio::type_fifo:
      return "fifo";
    case cpio::type_socket:
      return "socket";
    default:  // any other bits: no enumeration
      return "nothing known (" + octal(mode) + ")";
  }
}

std::string pair_of(std::uint32_t one, std::uint32_t other) {
  return std::to_string(one) + ":" + std::to_string(other);
}

std::string link_words(const EntryList& list, std::uint32_t index) {
  const Entry& entry = list.entries[index];
  if (entry.header.link_count < 2 || entry.header.type() != cpio::type_regular) return "none";
  std::string words = "linked with '" + list.entries[entry.link].path + "'";
  if (entry.holder != index) words += ", bytes at '" + list.entries[entry.holder].path + "'";
  return words;
}

std::string value_of(const EntryList& list, std::uint32_t index, Aspect aspect) {
  const Entry& entry = list.entries[index];
  const cpio::NewcHeader& header = entry.header;
  switch (aspect) {
    case Aspect::type:
      return type_words(header.mode);
    case Aspect::content:
      return counted(list.entries[entry.holder].header.content_size, "byte");
    case Aspect::target:
      return entry.target;
    case Aspect::mode:
      return octal(header.mode & ~cpio::type_mask);
    case Aspect::owner:
      return pair_of(header.uid, header.gid);
    case Aspect::mtime:
      return format_utc(header.mtime);
    case Aspect::device:
      return pair_of(header.rdevice_major, header.rdevice_minor);
    case Aspect::links:
      return link_words(list, index);
    case Aspect::order:
      return "entry " + std::to_string(index);
    case Aspect::name:
      return entry.name;
    case Aspect::inode:
      return "inode " + std::to_string(header.inode) + ", " + counted(header.link_count, "link") +
             ", device " + pair_of(header.device_major, header.device_minor);
    case Aspect::format:
      return std::string(header.checksummed ? "070702" : "070701") + ", check " +
             std::to_string(header.check) + ", name size " + std::to_string(header.name_size) +
             (entry.passed_over ? ", passed over" : "");
  }
  return {};
}

}  // namespace

std::string_view name_of(Aspect aspect) noexcept {
  switch (aspect) {
    case Aspect::type:
      return "type";
    case Aspect::content:
      return "content";
    case Aspect::target:
      return "target";
    case Aspect::mode:
      return "mode";
    case Aspect::owner:
      return "owner";
    case Aspect::mtime:
      return "mtime";
    case Aspect::device:
      return "device";
    case Aspect::links:
      return "links";
    case Aspect::order:
      return "order";
    case Aspect::name:
      return "name";
    case Aspect::inode:
      return "inode";
    case Aspect::format:
      return "format";
  }
  return {};
}

std::uint32_t TreeComparison::ramdisk_of(const EntryPair& pair) const {
  return pair.after != EntryPair::none ? after.entries[pair.after].ramdisk
                                       : before.entries[pair.before].ramdisk;
}

std::string TreeComparison::path_of(const EntryPair& pair) const {
  return "/" + (pair.after != EntryPair::none ? after.entries[pair.after].path
                                              : before.entries[pair.before].path);
}

Values TreeComparison::values_of(const EntryPair& pair, Aspect aspect) const {
  return {.before = value_of(before, pair.before, aspect),
          .after = value_of(after, pair.after, aspect)};
}

}  // namespace reproduce::diff

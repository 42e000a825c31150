#include "reproduce/cpio/writer.hpp"

#include <array>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

#include "reproduce/base/buffered_sink.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/cpio/entry_type.hpp"
#include "reproduce/cpio/newc.hpp"

namespace reproduce::cpio {
namespace {

using tree::Entry;
using tree::EntryType;

/// Sizes are eight hexadecimal digits.
constexpr std::uint64_t largest_content = std::numeric_limits<std::uint32_t>::max();

/// Directories count themselves and their `.`; what else they hold is not said,
/// as in the archives of gen_init_cpio and of `cpio --reproducible`.
constexpr std::uint32_t directory_link_count = 2;

/// An entry as the archive has it.
struct Item {
  NewcHeader header;
  bool carries_content = false;  ///< and not only a link to it
};

/// Numbers the entries and finds where contents go. Call item() once for each
/// entry, in order.
class Numbering {
 public:
  explicit Numbering(const tree::Tree& tree) : groups_(tree::link_groups(tree)) {}

  Item item(const std::string& path, const Entry& entry) {
    if (path == trailer_name)
      throw Error(ErrorKind::usage, "no file of a ramdisk can have the path " + quote(path),
                  {.hint = "that name ends a cpio archive; rename the file"});
    const auto group = groups_.find(entry.link_group);
    const bool linked = group != groups_.end();
    Item item{.header = {.inode = inode(entry, linked),
                         .mode = type_bits(entry.type) | entry.mode,
                         .uid = entry.uid,
                         .gid = entry.gid,
                         .rdevice_major = entry.device_major,
                         .rdevice_minor = entry.device_minor,
                         .name_size = static_cast<std::uint32_t>(path.size() + 1)},
              .carries_content = !linked || group->second.last_path == path};
    if (entry.type == EntryType::directory) item.header.link_count = directory_link_count;
    if (linked) item.header.link_count = group->second.count;
    if (item.carries_content) item.header.content_size = content_size(path, entry);
    return item;
  }

 private:
  static std::uint32_t content_size(const std::string& path, const Entry& entry) {
    if (entry.type == EntryType::symlink) return static_cast<std::uint32_t>(entry.target.size());
    if (entry.type != EntryType::regular) return 0;
    const std::uint64_t size = entry.content->size();
    if (size > largest_content)
      throw Error(ErrorKind::usage, "the file " + quote(path) + " is too large for a cpio archive",
                  {.expected = "at most " + std::to_string(largest_content) + " bytes",
                   .got = std::to_string(size) + " bytes",
                   .hint = "split the file, or give it to the enclave in another way"});
    return static_cast<std::uint32_t>(size);
  }

  std::uint32_t inode(const Entry& entry, bool linked) {
    if (!linked) return next_inode();
    const auto known = inode_of_group_.find(entry.link_group);
    if (known != inode_of_group_.end()) return known->second;
    return inode_of_group_[entry.link_group] = next_inode();
  }

  std::uint32_t next_inode() {
    if (next_inode_ > std::numeric_limits<std::uint32_t>::max())
      throw Error(ErrorKind::usage, "the tree has too many files for a cpio archive");
    return static_cast<std::uint32_t>(next_inode_++);
  }

  tree::LinkGroups groups_;
  std::unordered_map<std::uint64_t, std::uint32_t> inode_of_group_;
  std::uint64_t next_inode_ = 0;
};

void append_padding(BufferedSink& out, std::uint64_t alignment) {
  constexpr std::array<std::uint8_t, archive_alignment> zeros{};
  out.write(ByteView(zeros).first(padding_after(out.position(), alignment)));
}

[[noreturn]] void throw_changed(const std::string& path, std::uint64_t size, const char* got) {
  throw Error(ErrorKind::environment, "the file " + quote(path) + " changed while it was read",
              {.expected = std::to_string(size) + " bytes", .got = got});
}

void append_content(const std::string& path, const tree::Content& content, BufferedSink& out) {
  const std::uint64_t size = content.size();
  const std::unique_ptr<Source> source = content.open();
  for (std::uint64_t left = size; left != 0;) {
    std::span<std::uint8_t> room = out.free_space();
    if (room.size() > left) room = room.first(static_cast<std::size_t>(left));
    const std::size_t count = source->read(room);
    if (count == 0) throw_changed(path, size, "fewer");
    out.advance(count);
    left -= count;
  }
  // Only a read that gives nothing shows the end, where a source may check a pin too.
  std::array<std::uint8_t, 1> beyond{};
  if (source->read(beyond) != 0) throw_changed(path, size, "more");
}

void append_head(const NewcHeader& header, std::string_view name, BufferedSink& out) {
  out.write(encode_newc_header(header));
  out.write(as_bytes(name));
  out.write(std::array<std::uint8_t, 1>{});  // the name's NUL
  append_padding(out, newc_alignment);
}

NewcHeader trailer_header() {
  return {.name_size = static_cast<std::uint32_t>(trailer_name.size() + 1)};
}

std::uint64_t padded(std::uint64_t size, std::uint64_t alignment) {
  return size + padding_after(size, alignment);
}

std::uint64_t item_size(const NewcHeader& header) {
  return padded(newc_header_size + header.name_size, newc_alignment) +
         padded(header.content_size, newc_alignment);
}

}  // namespace

std::uint64_t archive_size(const tree::Tree& tree) {
  Numbering numbering(tree);
  std::uint64_t size = item_size(trailer_header());
  for (const auto& [path, entry] : tree.entries())
    size += item_size(numbering.item(path, entry).header);
  return padded(size, archive_alignment);
}

void write_archive(const tree::Tree& tree, std::uint32_t mtime, Sink& out) {
  Numbering numbering(tree);
  BufferedSink buffered(out);
  for (const auto& [path, entry] : tree.entries()) {
    Item item = numbering.item(path, entry);
    item.header.mtime = mtime;
    append_head(item.header, path, buffered);
    if (entry.type == EntryType::symlink) buffered.write(as_bytes(entry.target));
    if (entry.type == EntryType::regular && item.carries_content)
      append_content(path, *entry.content, buffered);
    append_padding(buffered, newc_alignment);
  }
  append_head(trailer_header(), trailer_name, buffered);
  append_padding(buffered, archive_alignment);
  buffered.flush();
}

}  // namespace reproduce::cpio

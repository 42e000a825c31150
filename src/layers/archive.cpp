#include "reproduce/layers/archive.hpp"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "scratch.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/compression/decompress.hpp"
#include "reproduce/cpio/entry_type.hpp"
#include "reproduce/cpio/newc.hpp"
#include "reproduce/cpio/reader.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::layers {
namespace {

using tree::Entry;
using tree::EntryType;

constexpr const char* too_many_entries = "the archive has too many entries";

/// Content that is known only when the last of its links has been read.
class LinkedContent final : public tree::Content {
 public:
  [[nodiscard]] std::uint64_t size() const noexcept override { return content_->size(); }
  [[nodiscard]] std::unique_ptr<Source> open() const override { return content_->open(); }
  void set(tree::ContentPtr content) { content_ = std::move(content); }

 private:
  tree::ContentPtr content_ = tree::memory_content({});
};

/// What the kernel tells linked files by, and what was seen of them so far.
using LinkKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
struct LinkedFile {
  std::uint64_t group = 0;
  Entry first;
  std::shared_ptr<LinkedContent> content;
};

class ArchiveReader {
 public:
  ArchiveReader(Source& in, const std::filesystem::path& scratch_folder,
                const ArchiveLimits& limits)
      : reader_(in), scratch_(scratch_folder), limits_(limits) {}

  Layer read() && {
    while (const auto entry = reader_.next()) {
      try {
        add(*entry);
      } catch (Error& error) {
        error.set_offset_if_unknown(entry->offset);
        throw;
      }
    }
    reader_.finish();
    scratch_.close();
    return std::move(layer_);
  }

 private:
  void add(const cpio::ArchiveEntry& raw) {
    bound(++entries_, limits_.entries, too_many_entries);
    const auto type = cpio::entry_type(raw.header.mode);
    if (!type || (raw.header.mode & cpio::dropped_mode_bits) != 0)
      refuse(raw, "has a mode of no known file type");
    const std::string path = tree::path_from_archive(raw.name);
    Entry entry{.type = *type,
                .mode = raw.header.mode & 07777U,
                .uid = raw.header.uid,
                .gid = raw.header.gid,
                .device_major = raw.header.rdevice_major,
                .device_minor = raw.header.rdevice_minor};
    if (path.empty()) {
      note_root(raw, entry);
      return;
    }
    read_content(raw, path, entry);
    if (*type == EntryType::directory) refuse_second_folder(raw, path);
    layer_.tree.add(path, std::move(entry));
    if (*type == EntryType::directory) folders_.insert(layer_.tree.find(path));
    // One deep path can bring two thousand folders that no entry of the archive names.
    bound(layer_.tree.entries().size(), limits_.entries, too_many_entries);
    bound(layer_.tree.path_bytes() + target_bytes_, limits_.name_bytes,
          "the archive's names are too long together");
  }

  void read_content(const cpio::ArchiveEntry& raw, const std::string& path, Entry& entry) {
    if (entry.type == EntryType::regular) {
      keep_newest(layer_.newest, raw.header.mtime, path);
      set_regular(raw, entry);
    } else if (entry.type == EntryType::symlink) {
      entry.target = read_target(raw);
    } else {
      if (raw.header.content_size != 0) refuse(raw, "has content, and is no regular file");
      if (entry.type != EntryType::directory && raw.header.link_count > 1)
        layer_.losses.push_back({path, "hard link to a " + std::string(tree::name_of(entry.type)),
                                 LossKind::hard_link});
    }
  }

  void set_regular(const cpio::ArchiveEntry& raw, Entry& entry) {
    bound(contents_ += raw.header.content_size, limits_.content_bytes,
          "the archive's files are too large together");
    while (const std::size_t count = reader_.read(scratch_.sink().free_space()))
      scratch_.sink().advance(count);
    tree::ContentPtr content = scratch_.take();
    if (raw.header.link_count < 2) {
      entry.content = std::move(content);
      return;
    }
    const cpio::NewcHeader& header = raw.header;
    const auto [place, is_new] =
        linked_.try_emplace({header.device_major, header.device_minor, header.inode});
    LinkedFile& file = place->second;
    if (is_new) file = {linked_.size(), entry, std::make_shared<LinkedContent>()};
    if (entry.mode != file.first.mode || entry.uid != file.first.uid || entry.gid != file.first.gid)
      refuse(raw, "is linked to a file of another mode or owner");
    if (content->size() != 0) {
      if (file.content->size() != 0)
        refuse(raw, "is linked to a file that has its content already");
      file.content->set(std::move(content));
    }
    entry.content = file.content;
    entry.link_group = file.group;
  }

  std::string read_target(const cpio::ArchiveEntry& raw) {
    const std::uint32_t size = raw.header.content_size;
    if (size == 0 || size > tree::longest_path)
      refuse(raw, "is a symlink to " + std::to_string(size) + " bytes");
    target_bytes_ += size;
    Bytes target(size);
    for (std::span<std::uint8_t> rest(target); !rest.empty();)
      rest = rest.subspan(reader_.read(rest));
    return std::string(as_text(target));
  }

  void note_root(const cpio::ArchiveEntry& raw, const Entry& root) {
    if (root.type != EntryType::directory) refuse(raw, "is the root, and no folder");
    if (root.mode != 0755 || root.uid != 0 || root.gid != 0)
      layer_.losses.push_back({"", "mode and owner of the root folder"});
  }

  /// A folder may be named after what it holds, but only once.
  void refuse_second_folder(const cpio::ArchiveEntry& raw, const std::string& path) {
    if (folders_.contains(layer_.tree.find(path))) refuse(raw, "is in the archive twice");
  }

  static void bound(std::uint64_t value, std::uint64_t limit, const char* what) {
    if (value > limit)
      throw Error(ErrorKind::malformed, what,
                  {.expected = "at most " + std::to_string(limit), .got = "more"});
  }

  [[noreturn]] static void refuse(const cpio::ArchiveEntry& raw, const std::string& why) {
    throw Error(ErrorKind::malformed, "the entry " + quote(raw.name) + " " + why,
                {.offset = raw.offset, .where = "cpio header"});
  }

  cpio::Reader reader_;
  Scratch scratch_;
  ArchiveLimits limits_;
  Layer layer_;
  std::uint64_t entries_ = 0;
  std::uint64_t target_bytes_ = 0;
  std::uint64_t contents_ = 0;
  std::map<LinkKey, LinkedFile> linked_;
  std::unordered_set<const Entry*> folders_;  // those that had an entry of their own
};

}  // namespace

Layer read_archive(Source& archive, const std::filesystem::path& scratch_folder,
                   const ArchiveLimits& limits) {
  compression::Decompressor plain(archive);
  return ArchiveReader(plain, scratch_folder, limits).read();
}

}  // namespace reproduce::layers

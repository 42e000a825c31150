#include "trees.hpp"

#include <map>
#include <utility>

#include "reproduce/base/checked.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/initramfs/walk.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::extract {
namespace {

using initramfs::FoundEntry;
using initramfs::JoinedRamdisks;
using initramfs::Walk;
using tree::EntryType;

std::string describe_stop(const Walk& walk, const JoinedRamdisks& ramdisks) {
  if (!walk.stop) return {};
  const initramfs::Place place = ramdisks.place_of(walk.stop->offset);
  return "at " + hex_number(place.offset) + " of ramdisk " + std::to_string(place.ramdisk) + ": " +
         walk.stop->what;
}

class Unpacker {
 public:
  Unpacker(const JoinedRamdisks& ramdisks, std::uint64_t most_bytes, FolderWriter& out)
      : ramdisks_(ramdisks), most_bytes_(most_bytes), out_(out) {
    for (std::size_t i = 0; i < ramdisks_.count(); ++i) trees_.emplace_back(names_);
    result_.ramdisks.resize(ramdisks_.count());
  }

  UnpackedRamdisks run() && {
    replay();
    require_room();
    for (std::size_t i = 0; i < trees_.size(); ++i)
      if (result_.ramdisks[i].has_entries) make_folders(i);
    write_contents();
    for (std::size_t i = 0; i < trees_.size(); ++i)
      if (result_.ramdisks[i].has_entries) finish(i);
    return std::move(result_);
  }

 private:
  /// The first walk: all entries, and then what they make.
  void replay() {
    std::vector<Recorded> entries;
    Budget recorded;
    const Walk walk = initramfs::walk(ramdisks_, [&](const FoundEntry& entry, Source& content) {
      Recorded one{.entry = entry};
      if (entry.passed_over.empty() && entry.header.type() == cpio::type_symlink) {
        const Bytes target = read_all(content, entry.header.content_size, "the target of a link");
        one.target = as_text(target);
      }
      recorded.take(entry.name.size() + one.target.size());
      entries.push_back(std::move(one));
    });
    for (const initramfs::Stretch& stretch : walk.stretches) note_compression(stretch);
    for (const Recorded& one : entries) {
      const std::size_t ramdisk = ramdisk_of(walk, one.entry);
      result_.ramdisks[ramdisk].has_entries = true;
      trees_[ramdisk].add(one);
    }
    result_.stop = describe_stop(walk, ramdisks_);
  }

  [[nodiscard]] std::size_t ramdisk_of(const Walk& walk, const FoundEntry& entry) const {
    const initramfs::Stretch& stretch = walk.stretches.at(entry.stretch);
    const bool is_plain = stretch.kind != initramfs::StretchKind::compressed;
    return ramdisks_.place_of(stretch.offset + (is_plain ? entry.offset : 0)).ramdisk;
  }

  void note_compression(const initramfs::Stretch& stretch) {
    if (stretch.kind == initramfs::StretchKind::zeros) return;
    const std::size_t ramdisk = ramdisks_.place_of(stretch.offset).ramdisk;
    const auto [known, is_new] = compressions_.try_emplace(ramdisk, stretch.compression);
    if (is_new)
      result_.ramdisks[ramdisk].compression = stretch.compression;
    else if (known->second != stretch.compression)
      result_.ramdisks[ramdisk].compression = std::nullopt;
  }

  void require_room() {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < trees_.size(); ++i) {
      for (const auto& [path, index] : trees_[i].paths()) {
        const Node& node = trees_[i].node(index);
        if (node.type != EntryType::regular || !node.content) continue;
        const auto [place, is_new] = places_.try_emplace(*node.content, Place{i, path, node.mode});
        if (is_new) size = checked_add(size, node.size, "size of the files");
      }
    }
    if (size > most_bytes_)
      throw Error(ErrorKind::environment, "the files of the ramdisks are too large",
                  {.expected = "at most " + std::to_string(most_bytes_) + " bytes",
                   .got = std::to_string(size) + " bytes",
                   .hint = "`--limit SIZE` allows more; `--sections-only` extracts no files"});
  }

  /// Runs `write`; what the file system cannot hold is noted.
  template <typename Write>
  void tolerantly(std::size_t ramdisk, const std::string& path, Write write) {
    try {
      write();
    } catch (const NotStorable& reason) {
      trees_[ramdisk].note(path, reason.what());
    }
  }

  static std::string place_on_disk(std::size_t ramdisk, const std::string& path) {
    return tree::join(base_name(ramdisk), path);
  }

  void make_folders(std::size_t ramdisk) {
    result_.ramdisks[ramdisk].folder = base_name(ramdisk);
    out_.make_folder(base_name(ramdisk));
    for (const auto& [path, index] : trees_[ramdisk].paths())
      if (trees_[ramdisk].node(index).type == EntryType::directory)
        tolerantly(ramdisk, path,
                   [&, &name = path] { out_.make_folder(place_on_disk(ramdisk, name)); });
  }

  /// The second walk.
  void write_contents() {
    (void)initramfs::walk(ramdisks_, [this](const FoundEntry& entry, Source& content) {
      const auto found = places_.find(ContentPlace{entry.stretch, entry.offset});
      if (found == places_.end()) return;
      const Place& place = found->second;
      tolerantly(place.ramdisk, place.path, [&] {
        const std::string name = place_on_disk(place.ramdisk, place.path);
        const UniqueFd fd = out_.create_file(name, is_executable(place.mode));
        DescriptorSink file(fd.get(), out_.name_of(name));
        if (copy(content, file) != entry.header.content_size)
          trees_[place.ramdisk].note(place.path, "its bytes are cut short");
      });
    });
  }

  static bool is_executable(std::uint32_t mode) {
    constexpr std::uint32_t any_execute_bit = 0111;
    return (mode & any_execute_bit) != 0;
  }

  /// Empty files, further names of files, and at the very end symlinks.
  void finish(std::size_t ramdisk) {
    KernelTree& tree = trees_[ramdisk];
    std::map<std::size_t, std::string> first_paths;
    for (const auto& [path, index] : tree.paths()) {
      const Node& node = tree.node(index);
      if (node.type != EntryType::regular) continue;
      const auto [first, is_first] = first_paths.try_emplace(index, path);
      tolerantly(ramdisk, path, [&, &name = path, &existing = first->second, is_new = is_first] {
        const std::string on_disk = place_on_disk(ramdisk, name);
        if (!is_new)
          out_.link(on_disk, place_on_disk(ramdisk, existing));
        else if (!node.content)
          (void)out_.create_file(on_disk, is_executable(node.mode));
      });
    }
    for (const auto& [path, index] : tree.paths())
      if (tree.node(index).type == EntryType::symlink)
        tolerantly(ramdisk, path, [&, &name = path, node = index] {
          out_.symlink(place_on_disk(ramdisk, name), tree.node(node).target);
        });
    UnpackedRamdisk& result = result_.ramdisks[ramdisk];
    result.attributes = tree.attributes();
    result.mtime = tree.mtime();
    result.notes = tree.notes();
    result.unlisted_notes = tree.unlisted_notes();
    trace("extract", [&] {
      return "unpacked ramdisk " + std::to_string(ramdisk) + ": " +
             counted(tree.paths().size(), "path") + ", " +
             counted(result.notes.size() + result.unlisted_notes, "note");
    });
  }

  /// Which file a content goes to.
  struct Place {
    std::size_t ramdisk = 0;
    std::string path;
    std::uint32_t mode = 0;
  };

  const JoinedRamdisks& ramdisks_;
  std::uint64_t most_bytes_;
  FolderWriter& out_;
  Budget names_;
  std::vector<KernelTree> trees_;
  std::map<std::size_t, compression::Compression> compressions_;
  std::map<ContentPlace, Place> places_;
  UnpackedRamdisks result_;
};

}  // namespace

std::string base_name(std::size_t ramdisk) {
  return "ramdisk-" + std::to_string(ramdisk);
}

UnpackedRamdisks unpack(const JoinedRamdisks& ramdisks, std::uint64_t most_bytes,
                        FolderWriter& out) {
  return Unpacker(ramdisks, most_bytes, out).run();
}

}  // namespace reproduce::extract

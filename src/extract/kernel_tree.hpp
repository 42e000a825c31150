#pragma once

/// What the kernel makes of the entries of a ramdisk, without making it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reproduce/extract/extract.hpp"
#include "reproduce/initramfs/walk.hpp"
#include "reproduce/layers/attributes.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::extract {

/// An entry as the walk found it.
struct Recorded {
  initramfs::FoundEntry entry;
  std::string target{};  ///< of a symlink
};

/// Where a content lies: stretch, and offset of the entry in its plain bytes.
using ContentPlace = std::pair<std::size_t, std::uint64_t>;

/// A file, of which there may be several names.
struct Node {
  tree::EntryType type = tree::EntryType::regular;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::uint32_t size = 0;
  std::string target{};
  std::optional<ContentPlace> content{};  ///< nothing: it is empty
};

/// What is left for all ramdisks of an image.
struct Budget {
  std::uint64_t entries = most_entries;
  std::uint64_t path_bytes = most_path_bytes;

  /// Error{environment} when there is not enough left.
  void take(std::size_t path_size);
};

/// Replays the kernel's actions in memory: a later entry takes the place of an earlier one, a
/// folder that is not empty stays, files with one inode are one. What would lead outside or
/// through a symlink is noted, and not done.
/// Source: Linux 6.12, do_name(), do_symlink(), maybe_link() and clean_path() in
/// init/initramfs.c.
class KernelTree {
 public:
  /// `budget` must outlive it.
  explicit KernelTree(Budget& budget) : budget_(budget) {}

  void add(const Recorded& recorded);

  /// Notes a name that the disk cannot have as it is.
  void note(const std::string& name, std::string what);

  [[nodiscard]] const std::map<std::string, std::size_t>& paths() const noexcept { return paths_; }
  [[nodiscard]] const Node& node(std::size_t index) const { return nodes_[index]; }
  [[nodiscard]] const std::vector<Note>& notes() const noexcept { return notes_; }
  [[nodiscard]] std::uint64_t unlisted_notes() const noexcept { return unlisted_notes_; }
  [[nodiscard]] bool is_whole() const noexcept { return notes_.empty(); }
  /// The time of the first entry.
  [[nodiscard]] std::uint32_t mtime() const noexcept { return mtime_.value_or(0); }

  /// One line a path, but those of `left_out`.
  [[nodiscard]] layers::Attributes attributes() const;

 private:
  using LinkKey = std::string;  // archive, device, inode and type

  [[nodiscard]] bool make_way(const std::string& path);
  [[nodiscard]] bool remove(const std::string& path);
  void insert(const std::string& path, Node node);
  void add_regular(const std::string& path, const Recorded& recorded);
  void add_folder(const std::string& path, const Recorded& recorded);
  void add_node(const std::string& path, const Recorded& recorded, tree::EntryType type);
  /// The path of the file that this entry is another name of; itself becomes known if there
  /// is none.
  [[nodiscard]] std::optional<std::string> linked_to(const std::string& path,
                                                     const Recorded& recorded);
  [[nodiscard]] bool link(const std::string& path, const std::string& existing);

  Budget& budget_;
  std::map<std::string, std::size_t> paths_;
  std::vector<Node> nodes_;
  std::unordered_map<LinkKey, std::string> links_;
  std::vector<Note> notes_;
  std::uint64_t unlisted_notes_ = 0;
  std::optional<std::uint32_t> mtime_;
};

}  // namespace reproduce::extract

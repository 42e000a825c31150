#pragma once

/// A file tree in its normal form: sorted, with nothing of the host in it. No
/// times (the build has one clock), no device or inode numbers of the host, no
/// order of discovery.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "reproduce/tree/content.hpp"

namespace reproduce::tree {

enum class EntryType { directory, regular, symlink, character_device, block_device, fifo, socket };

/// "folder", "regular file" and so on.
[[nodiscard]] std::string_view name_of(EntryType type) noexcept;

/// Linux's dev_t: 12 bits of major and 20 bits of minor number.
inline constexpr std::uint32_t largest_device_major = 0xfff;
inline constexpr std::uint32_t largest_device_minor = 0xfffff;

/// One entry, without its path.
struct Entry {
  EntryType type = EntryType::regular;
  std::uint32_t mode =
      0644;  ///< permission, setuid, setgid and sticky bits: 07777 at most; symlinks: 0777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string target{};            ///< symlinks only: 1 to 4095 bytes, any but NUL
  std::uint32_t device_major = 0;  ///< devices only, at most largest_device_major
  std::uint32_t device_minor = 0;  ///< devices only, at most largest_device_minor
  ContentPtr content{};            ///< regular files only, never null there
  /// Regular files that are one file share a number above 0 and one content;
  /// 0, or a number that no other entry has: linked to nothing.
  std::uint64_t link_group = 0;
  /// Set by Tree alone: nobody added this folder, it is here because something lies below it.
  bool implied = false;
};

/// Paths are relative, without leading or trailing slash, without empty, `.` or
/// `..` parts and without NUL (see path.hpp); otherwise any bytes. Order is
/// byte-wise, so a folder comes before what is in it. The root itself has no
/// entry.
using Entries = std::map<std::string, Entry, std::less<>>;

class Tree {
 public:
  /// Adds an entry. A folder that exists already takes the new attributes;
  /// anything else under a taken path is Error{malformed}, as is a path whose
  /// parent exists and is no folder, a path that breaks the rules, and an entry
  /// that breaks those of its fields. Missing parents are added as 0755 root.
  /// Members that mean nothing for the type take their one value. An error leaves the
  /// tree without the entry.
  void add(const std::string& path, Entry entry);

  /// Adds all of `other` below `prefix` ("" for the root), link groups kept
  /// apart. A prefix that is absent is added as a 0755 folder of root, even when
  /// `other` is empty. Folders that `other` only implies leave the attributes of
  /// folders that are here already as they are. Throws as add() does.
  void merge(const std::string& prefix, Tree other);

  /// Gives every entry to one owner.
  void set_owner(std::uint32_t uid, std::uint32_t gid);

  /// Replaces each content by what `replace` makes of it, for example one that
  /// hashes what it streams. Called once for each distinct content, with the first
  /// path that has it; entries that shared a content share its replacement.
  using Replace = std::function<ContentPtr(const std::string& path, ContentPtr content)>;
  void replace_contents(const Replace& replace);

  /// The entry at `path`, or null. It lives until the tree changes.
  [[nodiscard]] const Entry* find(std::string_view path) const;

  [[nodiscard]] const Entries& entries() const noexcept { return entries_; }

  /// The length of all paths together, for callers that bound what a tree costs.
  [[nodiscard]] std::uint64_t path_bytes() const noexcept { return path_bytes_; }

 private:
  void add_missing_parents(const std::string& path);
  void insert(const std::string& path, Entry entry);
  void emplace(std::string_view path, Entry entry);

  Entries entries_;
  std::uint64_t path_bytes_ = 0;
  std::uint64_t next_link_group_ = 1;
};

/// How many entries share each link group, and which of them, in order of path,
/// is the last. Groups of one are left out: they are linked to nothing.
struct LinkGroup {
  std::uint32_t count = 0;
  std::string_view last_path{};  ///< lives as long as the tree's entry does
};
using LinkGroups = std::map<std::uint64_t, LinkGroup>;
[[nodiscard]] LinkGroups link_groups(const Tree& tree);

}  // namespace reproduce::tree

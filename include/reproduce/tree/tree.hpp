#pragma once

/// A file tree in its normal form: sorted, with nothing of the host in it. No
/// times (the build has one clock), no device or inode numbers of the host, no
/// order of discovery.

#include <cstdint>
#include <map>
#include <string>

#include "reproduce/tree/content.hpp"

namespace reproduce::tree {

enum class EntryType { directory, regular, symlink, character_device, block_device, fifo, socket };

/// One entry, without its path.
struct Entry {
  EntryType type = EntryType::regular;
  std::uint32_t mode = 0644;  ///< permission, setuid, setgid and sticky bits: 07777 at most
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string target{};            ///< symlink: where it points, any bytes but NUL, not empty
  std::uint32_t device_major = 0;  ///< devices only
  std::uint32_t device_minor = 0;
  ContentPtr content{};  ///< regular files only, never null there
  /// Regular files that are one file share a number above 0 and one content;
  /// 0: linked to nothing.
  std::uint64_t link_group = 0;
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
  /// parent exists and is no folder. Missing parents are added as 0755 root.
  void add(const std::string& path, Entry entry);

  /// Adds all of `other` below `prefix` ("" for the root), link groups kept apart.
  void merge(const std::string& prefix, Tree other);

  [[nodiscard]] const Entries& entries() const noexcept { return entries_; }

 private:
  Entries entries_;
  std::uint64_t next_link_group_ = 1;
};

}  // namespace reproduce::tree

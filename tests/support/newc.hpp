#pragma once

/// Newc cpio archives written by hand, without the product's writer, so that
/// tests can break any field of them.

#include <array>
#include <cstdio>
#include <string>

namespace reproduce::test {

struct NewcFields {
  std::string name = "file";
  std::string content{};
  unsigned mode = 0100644;
  unsigned inode = 1;
  unsigned uid = 0;
  unsigned gid = 0;
  unsigned links = 1;
  unsigned mtime = 0;
  unsigned rdevice_major = 0;
  unsigned rdevice_minor = 0;
  unsigned check = 0;
  const char* magic = "070701";
};

inline std::string newc_pad(std::string bytes) {
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

inline std::string newc_entry(const NewcFields& f) {
  std::array<char, 111> head{};
  std::snprintf(head.data(), head.size(), "%s%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
                f.magic, f.inode, f.mode, f.uid, f.gid, f.links, f.mtime,
                static_cast<unsigned>(f.content.size()), 0U, 0U, f.rdevice_major, f.rdevice_minor,
                static_cast<unsigned>(f.name.size() + 1), f.check);
  return newc_pad(head.data() + f.name + '\0') + newc_pad(f.content);
}

inline std::string newc_trailer() {
  return newc_entry({.name = "TRAILER!!!", .mode = 0, .inode = 0});
}

}  // namespace reproduce::test

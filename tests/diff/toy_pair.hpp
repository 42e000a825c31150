#pragma once

/// An image with two ramdisks that a test may change in one respect.

#include <string>
#include <string_view>
#include <vector>

#include "support/newc.hpp"
#include "support/toy_image.hpp"
#include <zlib.h>

#include "reproduce/base/random_access.hpp"
#include "reproduce/diff/images.hpp"

namespace reproduce::test {

/// A bzImage as far as its setup header names its version, and some code.
inline std::string toy_kernel(const std::string& version) {
  std::string kernel(0x400, 'k');
  kernel.replace(0x202, 4, "HdrS");
  kernel[0x20e] = 0x10;  // the text is at 0x200 + 0x110
  kernel[0x20f] = 0x01;
  kernel.replace(0x310, version.size() + 1, version.c_str(), version.size() + 1);
  return kernel;
}

using Entries = std::vector<NewcFields>;

inline std::string newc_archive(const Entries& entries) {
  std::string archive;
  for (const NewcFields& entry : entries) archive += newc_entry(entry);
  archive += newc_trailer();
  archive.resize((archive.size() + 511) / 512 * 512);
  return archive;
}

/// One gzip member. `level` as zlib has it.
inline std::string gzip(const std::string& plain, int level = 9, unsigned time = 0,
                        int system = 3) {
  z_stream stream{};
  deflateInit2(&stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  gz_header header{};
  header.time = time;
  header.os = system;
  deflateSetHeader(&stream, &header);
  std::string packed(deflateBound(&stream, plain.size()) + 64, '\0');
  std::string input = plain;
  stream.next_in = reinterpret_cast<unsigned char*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct ToySpec {
  ToySpec() {
    first = {{.name = "dev", .mode = 040755, .inode = 1, .links = 2},
             {.name = "init", .content = "#!/bin/init", .mode = 0100755, .inode = 2}};
    second = {
        {.name = "rootfs", .mode = 040755, .inode = 1, .links = 2},
        {.name = "rootfs/app", .mode = 040755, .inode = 2, .links = 2},
        {.name = "rootfs/app/Zlib", .content = "library", .inode = 3},
        {.name = "rootfs/app/server", .content = "server, version 1", .mode = 0100755, .inode = 4},
        {.name = "rootfs/dev-null",
         .mode = 020666,
         .inode = 5,
         .rdevice_major = 1,
         .rdevice_minor = 3},
        {.name = "rootfs/etc", .mode = 040755, .inode = 6, .links = 2},
        {.name = "rootfs/etc/hosts", .content = "127.0.0.1 localhost", .inode = 7},
        {.name = "rootfs/etc/passwd", .content = "root:x:0:0", .inode = 8},
        {.name = "rootfs/link", .content = "app/server", .mode = 0120777, .inode = 9}};
  }

  std::string kernel = toy_kernel("6.1.0-toy");
  std::string cmdline = "console=ttyS0 panic=30 nomodules";
  Entries first;
  Entries second;
  bool packed = false;  ///< the second, with gzip
  int level = 9;
  unsigned gzip_time = 0;
  int gzip_system = 3;

  NewcFields& entry(std::string_view name) {
    for (Entries* entries : {&first, &second})
      for (NewcFields& fields : *entries)
        if (fields.name == name) return fields;
    return second.front();
  }

  [[nodiscard]] ToyImage image() const {
    const std::string plain = newc_archive(second);
    ToyImage toy;
    toy.sections = {{1, kernel},
                    {2, cmdline},
                    {5, toy_metadata()},
                    {3, newc_archive(first)},
                    {3, packed ? gzip(plain, level, gzip_time, gzip_system) : plain}};
    return toy;
  }
};

inline diff::Comparison compare(const Bytes& before, const Bytes& after) {
  const RandomAccessBytes one(before);
  const RandomAccessBytes other(after);
  const diff::InspectedPair inspected = diff::inspect_both(one, other);
  return diff::compare_images({"old.eif", one, inspected.before},
                              {"new.eif", other, inspected.after});
}

}  // namespace reproduce::test

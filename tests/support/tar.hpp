#pragma once

/// Tar archives written by hand, without the product's reader or its library,
/// so that tests can break any field of them.

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reproduce::test {

struct TarFields {
  std::string name = "file";
  std::string content{};
  char type = '0';
  unsigned mode = 0644;
  unsigned uid = 0;
  unsigned gid = 0;
  std::string link{};
  unsigned device_major = 0;
  unsigned device_minor = 0;
  /// What the size field says, when that is not the size of `content`.
  std::string size_field{};
  std::string magic = std::string(
      "ustar\0"
      "00",
      8);
};

/// `bytes`, padded with NULs to whole records of 512.
inline std::string tar_pad(std::string bytes) {
  bytes.resize((bytes.size() + 511) / 512 * 512);
  return bytes;
}

inline std::string tar_octal(std::uint64_t value, std::size_t digits) {
  std::string text(digits, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 3)
    *digit = static_cast<char>('0' + (value & 7U));
  return text;
}

/// Writes the sum of a header of 512 bytes into it.
inline std::string tar_sum(std::string header) {
  header.replace(148, 8, "        ");
  std::uint64_t sum = 0;
  for (const char byte : header) sum += static_cast<unsigned char>(byte);
  header.replace(148, 8, tar_octal(sum, 6) + std::string("\0 ", 2));
  return header;
}

/// The header alone: POSIX.1-1988, "ustar". Names longer than 100 bytes are cut.
inline std::string tar_header(const TarFields& f) {
  std::string header(512, '\0');
  const auto put = [&](std::size_t at, std::string_view text, std::size_t room) {
    header.replace(at, std::min(text.size(), room), text.substr(0, room));
  };
  put(0, f.name, 100);
  put(100, tar_octal(f.mode, 7), 8);
  put(108, tar_octal(f.uid, 7), 8);
  put(116, tar_octal(f.gid, 7), 8);
  put(124, f.size_field.empty() ? tar_octal(f.content.size(), 11) : f.size_field, 12);
  put(136, tar_octal(77, 11), 12);
  header[156] = f.type;
  put(157, f.link, 100);
  put(257, f.magic, 8);
  put(265, "somebody", 32);
  put(297, "some group", 32);
  put(329, tar_octal(f.device_major, 7), 8);
  put(337, tar_octal(f.device_minor, 7), 8);
  return tar_sum(header);
}

inline std::string tar_entry(const TarFields& f) {
  return tar_header(f) + tar_pad(f.content);
}

inline std::string tar_folder(const std::string& name, unsigned mode = 0755) {
  return tar_entry({.name = name, .type = '5', .mode = mode});
}

inline std::string tar_symlink(const std::string& name, const std::string& target) {
  return tar_entry({.name = name, .type = '2', .mode = 0777, .link = target});
}

inline std::string tar_link(const std::string& name, const std::string& target) {
  return tar_entry({.name = name, .type = '1', .link = target});
}

/// One record of a pax header: its length, which counts itself, then `key=value`.
inline std::string pax_record(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  std::size_t size = rest.size() + 1;
  while (std::to_string(size).size() + rest.size() != size) ++size;
  return std::to_string(size) + rest;
}

/// A pax extended header with these records, for the entry that follows.
inline std::string tar_pax(const std::string& records) {
  return tar_entry({.name = "pax", .content = records, .type = 'x'});
}

/// GNU's long name ('L') or long link target ('K') for the entry that follows.
inline std::string tar_gnu_long(char type, const std::string& text) {
  return tar_entry({.name = "././@LongLink",
                    .content = text + '\0',
                    .type = type,
                    .magic = std::string("ustar  \0", 8)});
}

inline std::string tar_end() {
  return std::string(1024, '\0');
}

}  // namespace reproduce::test

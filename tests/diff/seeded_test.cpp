/// Single changes to an image, each of which must be named at its true cause in the first lines.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "diff/toy_pair.hpp"
#include "support/image_signature.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/report/diff.hpp"

namespace reproduce {
namespace {

using test::ToyImage;
using test::ToySpec;

/// What one change does and what must be said of it.
struct Seed {
  std::string name;
  std::vector<std::string> says;                  ///< each in the first lines
  std::function<void(ToySpec&)> change{};         ///< before the image is written
  std::function<void(ToyImage&)> change_image{};  ///< its sections
  std::function<void(Bytes&)> change_bytes{};     ///< the file, whose checksum stays right
  bool keeps_crc = true;
  std::function<void(ToySpec&)> both{};  ///< on both sides
};

constexpr std::size_t first_lines = 4;

// Sections of a ToySpec's image.
constexpr std::size_t cmdline = 1, metadata = 2, first_ramdisk = 3, second_ramdisk = 4;

void set_metadata(ToyImage& image, const std::string& from, const std::string& to) {
  std::string& text = image.sections[metadata].payload;
  text.replace(text.find(from), from.size(), to);
}

void sign(ToyImage& image) {
  const Bytes section = test::ImageSignature{.value = {}}.bytes();
  image.sections.push_back({4, std::string(as_text(section))});
}

std::vector<Seed> seeds_of_kernel_and_cmdline() {
  return {
      {.name = "a byte of the kernel",
       .says = {"PCR1 moved because kernel differs: byte 768 differs",
                "PCR0 follows; PCR2 is untouched"},
       .change = [](ToySpec& s) { s.kernel[768] = 'K'; }},
      {.name = "another kernel version",
       .says = {"kernel differs: version '6.1.0-toy' -> '6.2.0-toy'", "likely cause: kernel"},
       .change = [](ToySpec& s) { s.kernel = test::toy_kernel("6.2.0-toy"); }},
      {.name = "a longer kernel",
       .says = {"kernel differs: 1024 bytes -> 1025, the first difference at byte 1024"},
       .change = [](ToySpec& s) { s.kernel += 'x'; }},
      {.name = "a parameter added",
       .says = {"PCR1 moved because cmdline differs: 'debug' added"},
       .change = [](ToySpec& s) { s.cmdline += " debug"; }},
      {.name = "a parameter removed",
       .says = {"cmdline differs: 'nomodules' removed"},
       .change = [](ToySpec& s) { s.cmdline = "console=ttyS0 panic=30"; }},
      {.name = "a parameter changed",
       .says = {"cmdline differs: 'panic=30' -> 'panic=1'"},
       .change = [](ToySpec& s) { s.cmdline = "console=ttyS0 panic=1 nomodules"; }},
      {.name = "parameters in another order",
       .says = {"cmdline differs: the same parameters in another order"},
       .change = [](ToySpec& s) { s.cmdline = "panic=30 console=ttyS0 nomodules"; }},
      {.name = "a blank more",
       .says = {"cmdline differs: the same parameters, other blanks around them"},
       .change = [](ToySpec& s) { s.cmdline += " "; }},
      {.name = "a byte moved between cmdline and ramdisk",
       .says = {"the border between cmdline and ramdisk 0 moved: 1 byte ('s') of cmdline went to "
                "ramdisk 0",
                "same measurements, different files: PCR0, PCR1 and PCR2 are equal"},
       .change_image =
           [](ToyImage& i) {
             i.sections[first_ramdisk].payload.insert(0, 1, i.sections[cmdline].payload.back());
             i.sections[cmdline].payload.pop_back();
           }},
      {.name = "zeros moved between ramdisks",
       .says = {"the border between ramdisk 0 and ramdisk 1 moved: 4 bytes"},
       .change_image =
           [](ToyImage& i) {
             std::string& payload = i.sections[first_ramdisk].payload;
             i.sections[second_ramdisk].payload.insert(0, payload.substr(payload.size() - 4));
             payload.resize(payload.size() - 4);
           }},
  };
}

// A table.  NOLINTNEXTLINE(readability-function-size)
std::vector<Seed> seeds_of_files() {
  return {
      {.name = "a byte of a file",
       .says = {"PCR2 moved because ramdisk 1 differs: /rootfs/app/server changed; PCR0 follows; "
                "PCR1 is untouched"},
       .change = [](ToySpec& s) { s.entry("rootfs/app/server").content[16] = '2'; }},
      {.name = "a longer file",
       .says = {"ramdisk 1 differs: /rootfs/app/server changed"},
       .change = [](ToySpec& s) { s.entry("rootfs/app/server").content += ".0.0"; }},
      {.name = "a file of the first ramdisk",
       .says = {"PCR1 moved because ramdisk 0 differs: /init changed; PCR0 follows; PCR2 is "
                "untouched"},
       .change = [](ToySpec& s) { s.entry("init").content += "2"; }},
      {.name = "a file added",
       .says = {"ramdisk 1 differs: /rootfs/motd added"},
       .change = [](ToySpec& s) { s.second.push_back({.name = "rootfs/motd", .inode = 10}); }},
      {.name = "a file removed",
       .says = {"ramdisk 1 differs: /rootfs/etc/hosts removed"},
       .change = [](ToySpec& s) { s.second.erase(s.second.begin() + 6); }},
      {.name = "a mode",
       .says = {"the mode of /rootfs/etc/passwd (0644 -> 0600)"},
       .change = [](ToySpec& s) { s.entry("rootfs/etc/passwd").mode = 0100600; }},
      {.name = "an owner",
       .says = {"the owner of /rootfs/etc/passwd (0:0 -> 1000:0)"},
       .change = [](ToySpec& s) { s.entry("rootfs/etc/passwd").uid = 1000; }},
      {.name = "a group",
       .says = {"the owner of /rootfs/etc/passwd (0:0 -> 0:42)"},
       .change = [](ToySpec& s) { s.entry("rootfs/etc/passwd").gid = 42; }},
      {.name = "a modification time",
       .says = {"the modification time of /rootfs/etc/passwd (1970-01-01T00:00:00Z -> "
                "2001-09-09T01:46:40Z)",
                "likely cause: embedded-times"},
       .change = [](ToySpec& s) { s.entry("rootfs/etc/passwd").mtime = 1000000000; }},
      {.name = "the target of a link",
       .says = {"the target of /rootfs/link (app/server -> app/Zlib)"},
       .change = [](ToySpec& s) { s.entry("rootfs/link").content = "app/Zlib"; }},
      {.name = "a type",
       .says = {"the type of /rootfs/link (symbolic link -> regular file)"},
       .change = [](ToySpec& s) { s.entry("rootfs/link").mode = 0100777; }},
      {.name = "a device number",
       .says = {"the device number of /rootfs/dev-null (1:3 -> 1:5)"},
       .change = [](ToySpec& s) { s.entry("rootfs/dev-null").rdevice_minor = 5; }},
      {.name = "a hard link in place of a copy",
       .says = {"the hard links of /rootfs/etc/passwd"},
       .change =
           [](ToySpec& s) {
             for (const char* name : {"rootfs/etc/hosts", "rootfs/etc/passwd"})
               s.entry(name).links = 2, s.entry(name).inode = 7;
             s.entry("rootfs/etc/passwd").content.clear();
           },
       .both = [](ToySpec& s) { s.entry("rootfs/etc/passwd").content = "127.0.0.1 localhost"; }},
      {.name = "a duplicate",
       .says = {"ramdisk 1 differs: /rootfs/etc/hosts added"},
       .change = [](ToySpec& s) { s.second.push_back(s.second[6]); }},
      {.name = "a file in the other ramdisk",
       .says = {"/rootfs/link moved to another ramdisk"},
       .change =
           [](ToySpec& s) {
             s.first.push_back(s.second.back());
             s.second.pop_back();
           }},
      {.name = "a name written otherwise",
       .says = {"the way in which the name is written of /init (init -> ./init)"},
       .change = [](ToySpec& s) { s.entry("init").name = "./init"; }},
  };
}

// A table.  NOLINTNEXTLINE(readability-function-size)
std::vector<Seed> seeds_of_builders() {
  return {
      {.name = "another order",
       .says = {"ramdisk 1 differs: the place in the archive of /rootfs/etc/hosts",
                "likely cause: archive-order"},
       .change =
           [](ToySpec& s) {
             std::rotate(s.second.begin() + 1, s.second.begin() + 6, s.second.begin() + 7);
           }},
      {.name = "the order of a locale",
       .says = {"likely cause: locale-order"},
       .change = [](ToySpec& s) { std::swap(s.second[2], s.second[3]); }},
      {.name = "all modification times",
       .says = {"9 modification times",
                "likely cause: embedded-times: 9 modification times differ"},
       .change =
           [](ToySpec& s) {
             for (auto& e : s.second) e.mtime = 1700000000;
           }},
      {.name = "another umask",
       .says = {"likely cause: umask"},
       .change =
           [](ToySpec& s) {
             for (auto& e : s.second)
               if ((e.mode & 0170000) == 0100000) e.mode &= ~022U & ~044U;
           }},
      {.name = "the builder's user",
       .says = {"likely cause: builder-owner: 9 entries changed owner from 0:0 to 1000:1000"},
       .change =
           [](ToySpec& s) {
             for (auto& e : s.second) e.uid = e.gid = 1000;
           }},
      {.name = "inode numbers",
       .says = {"9 inode numbers, link counts or devices", "likely cause: inode-numbers"},
       .change =
           [](ToySpec& s) {
             for (auto& e : s.second) e.inode += 7000;
           }},
      {.name = "the link count of a folder",
       .says = {"the inode number, link count or device of /rootfs/etc"},
       .change = [](ToySpec& s) { s.entry("rootfs/etc").links = 3; }},
      {.name = "checksums",
       .says = {"the checksum or framing of /rootfs/etc/passwd"},
       .change =
           [](ToySpec& s) {
             auto& e = s.entry("rootfs/etc/passwd");
             e.magic = "070702";
             for (const char c : e.content) e.check += static_cast<unsigned char>(c);
           }},
      {.name = "gzip in place of nothing",
       .says = {"ramdisk 1 differs: compression plain cpio -> gzip"},
       .change = [](ToySpec& s) { s.packed = true; }},
      {.name = "the level of gzip",
       .says = {"gzip header's level slowest level -> fastest level",
                "likely cause: compression-level"},
       .change = [](ToySpec& s) { s.level = 1; },
       .both = [](ToySpec& s) { s.packed = true; }},
      {.name = "a level that the header does not tell",
       .says = {"gzip the same plain bytes, compressed otherwise", "likely cause: compressor"},
       .change = [](ToySpec& s) { s.level = 6; },
       .both = [](ToySpec& s) { s.packed = true, s.level = 3; }},
      {.name = "the time of gzip",
       .says = {"gzip header's time none -> 2023-11-14T22:13:20Z", "likely cause: gzip-time"},
       .change = [](ToySpec& s) { s.gzip_time = 1700000000; },
       .both = [](ToySpec& s) { s.packed = true; }},
      {.name = "the system of gzip",
       .says = {"gzip header's operating system 3 -> 255"},
       .change = [](ToySpec& s) { s.gzip_system = 255; },
       .both = [](ToySpec& s) { s.packed = true; }},
      {.name = "a file that is packed",
       .says = {"ramdisk 1 differs: /rootfs/app/server changed"},
       .change = [](ToySpec& s) { s.entry("rootfs/app/server").content[16] = '2'; },
       .both = [](ToySpec& s) { s.packed = true; }},
      {.name = "a mode that is packed",
       .says = {"the mode of /rootfs/etc/passwd (0644 -> 0600)"},
       .change = [](ToySpec& s) { s.entry("rootfs/etc/passwd").mode = 0100600; },
       .both = [](ToySpec& s) { s.packed = true; }},
  };
}

std::vector<Seed> seeds_of_framing() {
  const auto second = [](ToyImage& i) -> std::string& {
    return i.sections[second_ramdisk].payload;
  };
  return {
      {.name = "more zeros behind",
       .says = {"zeros around the archives 512 bytes more"},
       .change_image = [=](ToyImage& i) { second(i).append(512, '\0'); }},
      {.name = "a byte of padding",
       .says = {"padding behind the content of '/rootfs/app/server' differs"},
       .change_image =
           [=](ToyImage& i) {
             std::string& bytes = second(i);
             bytes[bytes.find("server, version 1") + 17] = 'x';
           }},
      {.name = "digits in the other case",
       .says = {"mode in the header of '/rootfs/app' differs", "the digits have another case"},
       .change_image =
           [=](ToyImage& i) {
             std::string& bytes = second(i);
             bytes[bytes.find("000041ed", bytes.find("rootfs")) + 6] = 'E';
           }},
      {.name = "the trailer",
       .says = {"trailer behind '/rootfs/link' differs"},
       .change_image =
           [=](ToyImage& i) {
             std::string& bytes = second(i);
             bytes[bytes.find("TRAILER!!!") - 110 + 53] = '7';
           }},
      {.name = "bytes where the kernel stops",
       .says = {"ramdisk 1 differs: place where the kernel stops nowhere -> at byte"},
       .change_image = [=](ToyImage& i) { second(i).append("junk"); }},
      {.name = "a third ramdisk",
       .says = {"PCR2 moved because ramdisk 2 was added; PCR0 follows; PCR1 is untouched"},
       .change_image =
           [](ToyImage& i) {
             i.sections.push_back({3, test::newc_trailer()});
           }},
  };
}

// A table.  NOLINTNEXTLINE(readability-function-size)
std::vector<Seed> seeds_of_the_image() {
  return {
      {.name = "the time of building",
       .says = {"same measurements, different files", "metadata differs: BuildTime '1970",
                "likely cause: build-time"},
       .change_image = [](ToyImage& i) { set_metadata(i, "1970-01-01", "2024-01-01"); }},
      {.name = "custom metadata",
       .says = {"metadata differs: CustomMetadata 'null' -> '{\"commit\":1}'"},
       .change_image =
           [](ToyImage& i) {
             set_metadata(i, "\"CustomMetadata\":null", "\"CustomMetadata\":{\"commit\":1}");
           }},
      {.name = "a blank in the metadata",
       .says = {"metadata differs: the same fields, written otherwise"},
       .change_image = [](ToyImage& i) { set_metadata(i, ",", ", "); }},
      {.name = "a signature",
       .says = {"PCR8 moved because signature was added; PCR0, PCR1 and PCR2 are untouched"},
       .change_image = sign},
      {.name = "the default memory",
       .says = {"same measurements, different files",
                "header differs: default_mem 1073741824 -> 1"},
       .change_bytes = [](Bytes& b) { test::poke(b, 8, 1, 8); }},
      {.name = "the default number of processors",
       .says = {"header differs: default_cpus 2 -> 4"},
       .change_bytes = [](Bytes& b) { test::poke(b, 16, 4, 8); }},
      {.name = "the architecture",
       .says = {"header differs: flags 0 (x86_64) -> 0x1 (aarch64)"},
       .change_bytes = [](Bytes& b) { test::poke(b, 6, 1, 2); }},
      {.name = "the version",
       .says = {"header differs: version 4 -> 3"},
       .change_bytes = [](Bytes& b) { test::poke(b, 4, 3, 2); }},
      {.name = "sections in another order",
       .says = {"same measurements, different files", "the sections stand in another order"},
       .change_image =
           [](ToyImage& i) { std::swap(i.sections[metadata], i.sections[first_ramdisk]); }},
      {.name = "a stale size in the header",
       .says = {"'new.eif' is MALFORMED", "section_sizes[3] 512 -> 100; ramdisk 0 has the size"},
       .change_bytes = [](Bytes& b) { test::poke(b, 0x11c + 3 * 8, 100, 8); }},
      {.name = "a stale number of sections",
       .says = {"'new.eif' is MALFORMED", "num_sections 5 -> 4; there are 5 sections"},
       .change_bytes = [](Bytes& b) { test::poke(b, 0x1a, 4, 2); }},
      {.name = "a wrong checksum",
       .says = {"'new.eif' is MALFORMED", "header: crc32 0x"},
       .change_bytes = [](Bytes& b) { test::poke(b, 0x220, 7, 4); },
       .keeps_crc = false},
      {.name = "a reserved field",
       .says = {"'new.eif' is MALFORMED", "header differs: reserved 0 -> 9"},
       .change_bytes = [](Bytes& b) { test::poke(b, 0x18, 9, 2); }},
      {.name = "bytes behind the last section",
       .says = {"'new.eif' is MALFORMED", "a tail of 5 bytes"},
       .change_bytes = [](Bytes& b) { b.insert(b.end(), 5, 0); }},
      {.name = "a gap before a ramdisk",
       .says = {"'new.eif' is MALFORMED", "a gap of 16 bytes"},
       .change_bytes =
           [](Bytes& b) {
             std::uint64_t offset = 0;
             for (std::size_t i = 0; i < 8; ++i) offset = offset << 8 | b[0x1c + 4 * 8 + i];
             b.insert(b.begin() + static_cast<std::ptrdiff_t>(offset), 16, 0);
             test::poke(b, 0x1c + 4 * 8, offset + 16, 8);
           }},
      {.name = "flags of a section",
       .says = {"'new.eif' is MALFORMED", "kernel differs: flags of the section header 0 -> 2"},
       .change_image = [](ToyImage& i) { i.sections[0].flags = 2; }},
  };
}

std::vector<Seed> all_seeds() {
  std::vector<Seed> all;
  for (const auto& some : {seeds_of_kernel_and_cmdline(), seeds_of_files(), seeds_of_builders(),
                           seeds_of_framing(), seeds_of_the_image()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

Bytes image_of(const Seed& seed, bool changed) {
  ToySpec spec;
  if (seed.both) seed.both(spec);
  if (changed && seed.change) seed.change(spec);
  ToyImage image = spec.image();
  if (changed && seed.change_image) seed.change_image(image);
  Bytes bytes = image.bytes();
  if (changed && seed.change_bytes) seed.change_bytes(bytes);
  if (seed.keeps_crc) test::mend_crc(bytes);
  return bytes;
}

std::string first_lines_of(const std::string& text) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < first_lines && end != std::string::npos; ++i)
    end = text.find('\n', end == 0 ? 0 : end + 1);
  return text.substr(0, end);
}

TEST(SeededDifferences, AreNamedAtTheirTrueCauseInTheFirstLines) {
  const std::vector<Seed> seeds = all_seeds();
  EXPECT_GE(seeds.size(), 40U);
  RecordProperty("seeds", static_cast<int>(seeds.size()));
  for (const Seed& seed : seeds) {
    const diff::Comparison comparison = test::compare(image_of(seed, false), image_of(seed, true));
    EXPECT_FALSE(comparison.same) << seed.name;
    const std::string text = report::diff_text(
        comparison, {.strong = [](std::string_view words) { return std::string(words); }});
    for (const std::string& words : seed.says)
      EXPECT_NE(first_lines_of(text).find(words), std::string::npos)
          << seed.name << ": '" << words << "' is not in\n"
          << text;
  }
}

}  // namespace
}  // namespace reproduce

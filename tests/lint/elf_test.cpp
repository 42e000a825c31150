/// Programs with DT_RPATH and DT_RUNPATH: those of this machine's compiler, and forged ones.

#include <string>
#include <vector>

#include "planned.hpp"
#include "support/temp_dir.hpp"

namespace reproduce::lint {
namespace {

std::string little(std::uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(i < 8 ? value >> (8 * i) & 0xff : 0);
  return bytes;
}

/// A 64-bit little-endian ELF file: header, PT_LOAD over all of it at 0x400000, PT_DYNAMIC.
///
///     0    header        64   two program headers      176  dynamic section, five entries
///     256  string table: NUL, `folders`, NUL
std::string elf_with(const std::string& folders, std::uint64_t tag) {
  constexpr std::uint64_t base = 0x400000;
  const std::uint64_t strings_size = folders.size() + 2;
  const auto segment = [](std::uint64_t type, std::uint64_t offset, std::uint64_t size) {
    return little(type, 4) + little(4, 4) + little(offset, 8) + little(base + offset, 8) +
           little(base + offset, 8) + little(size, 8) + little(size, 8) + little(8, 8);
  };
  std::string file(
      "\x7f"
      "ELF\x02\x01\x01",
      7);
  file.resize(16, '\0');
  file += little(3, 2) + little(62, 2) + little(1, 4) + little(base, 8) + little(64, 8) +
          little(0, 8) + little(0, 4) + little(64, 2) + little(56, 2) + little(2, 2) + little(0, 6);
  file += segment(1, 0, 256 + strings_size) + segment(2, 176, 80);
  file += little(5, 8) + little(base + 256, 8) + little(10, 8) + little(strings_size, 8);
  file += little(tag, 8) + little(1, 8) + little(1, 8) + little(0, 8) + little(0, 16);
  return file + '\0' + folders + '\0';
}

std::vector<std::string> found_in(const std::string& file, const std::string& name = "lib/x.so.1") {
  Planned planned;
  planned.file(name, file).folder("usr/lib", 0755);
  std::vector<std::string> says;
  const Findings findings = planned.look();
  for (const Finding& finding : findings.of(Rule::host_path)) says.push_back(finding.says);
  return says;
}

constexpr std::uint64_t rpath = 15;
constexpr std::uint64_t runpath = 29;

TEST(LintElf, LibraryFoldersThatAreNotInTheImageAreFound) {
  for (const std::uint64_t tag : {rpath, runpath}) {
    const auto says = found_in(elf_with("$ORIGIN/../lib:/home/me/lib:/usr/lib::/opt/lib", tag));
    ASSERT_EQ(says.size(), 2U);
    EXPECT_TRUE(says[0].starts_with("looks for libraries in '/home/me/lib', a place of the"));
    EXPECT_TRUE(says[1].starts_with("looks for libraries in '/opt/lib', which is not in"));
  }
}

TEST(LintElf, OtherTagsAndFoldersThatAreThereAreNotFound) {
  EXPECT_TRUE(found_in(elf_with("/home/me/lib", 14)).empty()) << "DT_SONAME";
  EXPECT_TRUE(found_in(elf_with("/usr/lib:$ORIGIN:lib", runpath)).empty());
  EXPECT_TRUE(found_in(elf_with("/home/me/lib", rpath), "doc/x.txt").empty());
}

TEST(LintElf, AFileMayEndAnywhere) {
  const std::string whole = elf_with("/home/me/lib", runpath);
  ASSERT_EQ(found_in(whole).size(), 1U);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(found_in(whole.substr(0, size)).empty()) << size;
}

TEST(LintElf, AnyByteMayBeAnything) {
  const std::string whole = elf_with("/home/me/lib", runpath);
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const char byte : {'\0', '\1', '\x7f', '\x80', '\xff'}) {
      std::string file = whole;
      file[at] = byte;
      EXPECT_LE(found_in(file).size(), 2U) << at;
    }
}

TEST(LintElf, NumbersThatLieLeadNowhere) {
  const std::string whole = elf_with("/home/me/lib", runpath);
  // Program headers: where, how many; of each segment: offset, address, size; tags' values.
  for (const std::size_t at : {32U, 72U, 80U, 96U, 128U, 136U, 152U, 184U, 200U, 216U})
    for (const std::uint64_t value : {UINT64_MAX, UINT64_MAX - 63, UINT64_C(1) << 63,
                                      UINT64_C(1) << 40, std::uint64_t{whole.size()}}) {
      std::string file = whole;
      file.replace(at, 8, little(value, 8));
      EXPECT_LE(found_in(file).size(), 1U) << at << " " << value;
    }
}

TEST(LintElf, PathsWithoutEndAndManyTagsAreBounded) {
  std::string endless = elf_with(std::string(5000, '/') + "x", runpath);
  EXPECT_TRUE(found_in(endless).empty());
  std::string many = elf_with("/home/a:/home/b:/home/c:/home/d:/home/e:/home/f", runpath);
  EXPECT_EQ(found_in(many).size(), Findings::most_kept);
}

TEST(LintElf, WhatTheCompilerOfThisMachineWritesIsRead) {
  if (!test::has_tool("cc")) GTEST_SKIP() << "there is no cc; NOTHING IS CHECKED";
  for (const std::string tags : {"--enable-new-dtags", "--disable-new-dtags"}) {
    const test::TempDir temp;
    const std::string file = (temp.path() / "x.so").string();
    temp.write("x.c", "int x(void) { return 1; }\n");
    ASSERT_TRUE(test::run("cd '" + temp.path().string() + "' && cc -shared -o x.so x.c -Wl," +
                          tags + ",-rpath,/build/x/lib")
                    .succeeded);
    const Bytes bytes = test::slurp(file);
    const auto says = found_in(std::string(as_text(bytes)));
    ASSERT_EQ(says.size(), 1U);
    EXPECT_TRUE(says[0].starts_with("looks for libraries in '/build/x/lib'")) << says[0];
  }
}

}  // namespace
}  // namespace reproduce::lint

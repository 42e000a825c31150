/// What becomes of odd and hostile entries. That the kernel does the same is what
/// tests/boot shows for its own archives; the rules are those of init/initramfs.c.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "extract/extracted.hpp"
#include "support/newc.hpp"
#include "support/refusal.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reproduce::extract {
namespace {

namespace fs = std::filesystem;

using test::newc_entry;
using test::NewcFields;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr unsigned folder_mode = 0040755, symlink_mode = 0120777;

/// Entries after one another, with a trailer.
Extracted extract(const std::vector<NewcFields>& entries, const Options& options = {}) {
  std::string archive;
  for (const NewcFields& entry : entries) archive += newc_entry(entry);
  return Extracted(image_with(archive + test::newc_trailer()), options);
}

std::string first_note(const Extracted& extracted) {
  const std::vector<Note>& notes = extracted.ramdisk(0).notes;
  return notes.empty() ? "" : notes.front().name + ": " + notes.front().what;
}

/// How many files and links there are below a folder.
std::size_t count_below(const fs::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) count += !entry.is_directory();
  return count;
}

TEST(ExtractTrees, ALaterEntryTakesThePlaceOfAnEarlierOne) {
  const Extracted extracted = extract({{.name = "init", .content = "first"},
                                       {.name = "init", .content = "second", .mode = 0100755},
                                       {.name = "x", .content = "file"},
                                       {.name = "x", .content = "link", .mode = symlink_mode}});
  EXPECT_EQ(extracted.text("ramdisk-0/init"), "second");
  EXPECT_EQ(fs::read_symlink(extracted.folder() / "ramdisk-0/x"), "link");
  EXPECT_THAT(extracted.ramdisk(0).notes, IsEmpty());
}

// It keeps the mode in 16 bits.
TEST(ExtractTrees, TheBitsOfAModeThatLinuxDropsAreNotThere) {
  const Extracted extracted = extract({{.name = "init", .content = "x", .mode = 0300755}});
  EXPECT_EQ(extracted.text("ramdisk-0/init"), "x");
  EXPECT_THAT(extracted.ramdisk(0).notes, IsEmpty());
}

TEST(ExtractTrees, TheBytesOfALinkedFileMayLieAtAnyOfItsNames) {
  for (const std::size_t holder : {0U, 1U, 2U}) {
    std::vector<NewcFields> entries{{.name = "a"}, {.name = "b"}, {.name = "c"}};
    for (NewcFields& entry : entries) entry.links = 3;
    entries[holder].content = "bytes";
    const Extracted extracted = extract(entries);
    for (const char* name : {"a", "b", "c"})
      EXPECT_EQ(extracted.text(std::string("ramdisk-0/") + name), "bytes") << holder;
    EXPECT_EQ(fs::hard_link_count(extracted.folder() / "ramdisk-0/a"), 3u);
  }
}

TEST(ExtractTrees, ATrailerEndsTheSearchForLinks) {
  const Extracted extracted(
      image_with(newc_entry({.name = "a", .content = "1", .links = 2}) + test::newc_trailer() +
                 newc_entry({.name = "b", .content = "2", .links = 2}) + test::newc_trailer()));
  EXPECT_EQ(extracted.text("ramdisk-0/a"), "1");
  EXPECT_EQ(extracted.text("ramdisk-0/b"), "2");
}

TEST(ExtractTrees, DoesNotFollowNamesThatLeadOutside) {
  const std::vector<std::string> names{"..",         "../canary", "a/../../canary",
                                       "/../canary", "a/..",      "./../../../canary"};
  for (const std::string& name : names) {
    const Extracted extracted = extract({{.name = name, .content = "evil"}});
    EXPECT_THAT(first_note(extracted), HasSubstr("`..`")) << name;
    EXPECT_FALSE(fs::exists(extracted.beside() / "canary"));
    EXPECT_EQ(count_below(extracted.folder() / "ramdisk-0"), 0u) << name;
  }
}

TEST(ExtractTrees, AnAbsoluteNameStartsAtTheRamdisksRoot) {
  const Extracted extracted = extract({{.name = "//reproduce-canary", .content = "x"}});
  EXPECT_EQ(extracted.text("ramdisk-0/reproduce-canary"), "x");
  EXPECT_FALSE(fs::exists("/reproduce-canary"));
}

TEST(ExtractTrees, WritesNothingThroughASymlink) {
  const test::TempDir outside;
  outside.write("canary", "alive");
  const std::string place = outside.path().string();
  const Extracted extracted =
      extract({{.name = "out", .content = place, .mode = symlink_mode},
               {.name = "out/canary", .content = "dead"},
               {.name = "out/new", .content = "x"},
               {.name = "out/folder", .mode = folder_mode},
               {.name = "file", .content = place + "/canary", .mode = symlink_mode},
               {.name = "file", .content = "a file of its own"}});
  EXPECT_EQ(as_text(test::slurp(outside.path() / "canary")), "alive");
  EXPECT_EQ(count_below(outside.path()), 1u);
  EXPECT_FALSE(fs::exists(outside.path() / "folder"));
  EXPECT_EQ(extracted.text("ramdisk-0/file"), "a file of its own");
  EXPECT_THAT(extracted.ramdisk(0).notes, SizeIs(3));
  EXPECT_THAT(first_note(extracted), HasSubstr("through 'out', which is a symlink"));
}

TEST(ExtractTrees, AHardLinkToASymlinkLeadsNowhere) {
  const test::TempDir outside;
  outside.write("canary", "alive");
  const Extracted extracted =
      extract({{.name = "a", .content = "first", .links = 2},
               {.name = "a", .content = (outside.path() / "canary").string(), .mode = symlink_mode},
               {.name = "b", .content = "dead", .links = 2}});
  EXPECT_EQ(as_text(test::slurp(outside.path() / "canary")), "alive");
  EXPECT_THAT(first_note(extracted), HasSubstr("no regular file"));
}

TEST(ExtractTrees, AFolderWithSomethingInItStays) {
  const Extracted extracted = extract({{.name = "d", .mode = folder_mode},
                                       {.name = "d/f", .content = "x"},
                                       {.name = "d", .content = "a file"}});
  EXPECT_EQ(extracted.text("ramdisk-0/d/f"), "x");
  EXPECT_THAT(first_note(extracted), HasSubstr("not empty"));
}

TEST(ExtractTrees, MakesNoNodesAndGivesNoRights) {
  const Extracted extracted = extract({{.name = "sda", .mode = 060660, .rdevice_major = 8},
                                       {.name = "su", .content = "x", .mode = 0106777},
                                       {.name = "closed", .mode = 0040000},
                                       {.name = "closed/file", .content = "x", .mode = 0100000}});
  const fs::path tree = extracted.folder() / "ramdisk-0";
  EXPECT_FALSE(fs::exists(tree / "sda"));
  EXPECT_EQ(fs::status(tree / "su").permissions() & fs::perms(07000), fs::perms::none);
  EXPECT_NE(fs::status(tree / "closed").permissions() & fs::perms::owner_write, fs::perms::none);
  EXPECT_EQ(extracted.text("ramdisk-0.attributes"),
            "reproduce-attributes/1\nfolder 0000 0 0 closed\nfile 0000 0 0 closed/file\n"
            "block 0660 0 0 sda 8 0\nfile 6777 0 0 su\n");
}

TEST(ExtractTrees, MakesFoldersThatAnEarlierRamdiskBrings) {
  const Extracted extracted = extract({{.name = "rootfs/app/run", .content = "x"}});
  EXPECT_EQ(extracted.text("ramdisk-0/rootfs/app/run"), "x");
  EXPECT_EQ(extracted.ramdisk(0).paths, 3u);
}

TEST(ExtractTrees, NamesThatNoFolderCanHaveAreNoted) {
  std::string deep = "d";
  for (std::size_t i = 0; i <= most_path_parts; ++i) deep += "/d";
  for (const std::string& name : {std::string(256, 'n'), deep}) {
    const Extracted extracted =
        extract({{.name = name, .content = "x"}, {.name = "beside", .content = "y"}});
    EXPECT_THAT(extracted.ramdisk(0).notes, SizeIs(1));
    EXPECT_EQ(extracted.text("ramdisk-0/beside"), "y");
  }
}

TEST(ExtractTrees, KeepsCountOfNotesBeyondTheFirst) {
  std::vector<NewcFields> entries(most_listed_notes + 3, {.name = "../x"});
  const Extracted extracted = extract(entries);
  EXPECT_THAT(extracted.ramdisk(0).notes, SizeIs(most_listed_notes));
  EXPECT_EQ(extracted.ramdisk(0).unlisted_notes, 3u);
}

TEST(ExtractTrees, RefusesMoreBytesThanAllowedBeforeAnyIsWritten) {
  const std::vector<NewcFields> entries{{.name = "a", .content = std::string(600, 'a')},
                                        {.name = "b", .content = std::string(600, 'b')}};
  const Error error = test::refusal_of([&] { (void)extract(entries, {.tree_bytes = 1199}); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_THAT(error.context().hint, HasSubstr("--limit"));
  EXPECT_EQ(extract(entries, {.tree_bytes = 1200}).ramdisk(0).paths, 2u);
}

TEST(ExtractTrees, BytesThatAreReplacedDoNotCount) {
  const std::vector<NewcFields> entries(50, {.name = "a", .content = std::string(600, 'a')});
  EXPECT_EQ(extract(entries, {.tree_bytes = 600}).ramdisk(0).paths, 1u);
}

TEST(ExtractTrees, RefusesMoreEntriesThanAnyTreeHas) {
  std::string archive;
  for (std::uint64_t i = 0; i <= most_entries; ++i) archive += newc_entry({.name = "a"});
  const Error error = test::refusal_of([&] { const Extracted extracted(image_with(archive)); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  const Extracted sections(image_with(archive), {.trees = false});
  EXPECT_EQ(sections.ramdisk(0).folder, "");
}

// 128 folders above each file, and none of them has an entry.
TEST(ExtractTrees, FoldersThatAreOnlyImpliedCountToo) {
  std::string archive;
  for (std::uint64_t i = 0; i <= most_entries / most_path_parts; ++i) {
    std::string name = std::to_string(i);
    for (std::size_t part = 0; part < most_path_parts; ++part) name += "/d";
    archive += newc_entry({.name = name});
  }
  const Error error = test::refusal_of([&] { const Extracted extracted(image_with(archive)); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
}

TEST(ExtractTrees, SaysWhereTheKernelStops) {
  const std::string archive =
      newc_entry({.name = "a", .content = "x"}) + test::newc_trailer() + "nonsense";
  const Extracted extracted{image_with(archive)};
  EXPECT_THAT(extracted.extraction().stop, HasSubstr("of ramdisk 0"));
  EXPECT_EQ(extracted.text("ramdisk-0/a"), "x");
  EXPECT_EQ(extracted.ramdisk(0).file, "ramdisk-0.img");
}

TEST(ExtractTrees, EveryTruncatedRamdiskStillGivesTheImageAgain) {
  const std::string archive = newc_entry({.name = "dir", .mode = folder_mode}) +
                              newc_entry({.name = "dir/file", .content = "content"}) +
                              test::newc_trailer();
  for (std::size_t size = 0; size < archive.size(); ++size) {
    const Bytes image = image_with(archive.substr(0, size));
    Extracted extracted(image);
    EXPECT_EQ(extracted.rebuilt(), image) << size;
  }
}

}  // namespace
}  // namespace reproduce::extract

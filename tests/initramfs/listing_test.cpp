#include "reproduce/initramfs/listing.hpp"

#include <string>

#include "support/newc.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/random_access.hpp"

namespace reproduce::initramfs {
namespace {

using test::newc_entry;
using test::newc_trailer;

/// One ramdisk, and what is listed of it.
struct Listed {
  explicit Listed(std::string content) : bytes(std::move(content)) {}
  std::string bytes;
  RandomAccessBytes image{as_bytes(bytes)};
  JoinedRamdisks joined{image, {{.offset = 0, .size = bytes.size()}}};
  Listing listing = list(joined);
};

std::string content_of(const Listed& listed, const std::string& path) {
  const ListedEntry* const entry = find(listed.listing, path);
  if (entry == nullptr) return "(nothing)";
  MemorySink out;
  read_entry(listed.joined, holder_of(listed.listing, *entry), out);
  // Looked up without a list, it is the same entry.
  const auto found = look_up(listed.joined, path);
  EXPECT_TRUE(found && found->entry.offset == entry->offset) << path;
  MemorySink again;
  if (found) read_entry(listed.joined, found->holder, again);
  EXPECT_EQ(again.bytes(), out.bytes()) << path;
  return std::string(as_text(out.bytes()));
}

TEST(Listing, KnowsTheDigestOfEachFile) {
  const Listed listed(newc_entry({.name = "a", .content = "abc"}) + newc_trailer());
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(to_hex(listed.listing.entries.at(0).sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Listing, KnowsWhereLinksLead) {
  const Listed listed(newc_entry({.name = "l", .content = "to/there", .mode = 0120777}));
  EXPECT_EQ(listed.listing.entries.at(0).target, "to/there");
}

TEST(Listing, TakesTheLaterOfTwoEntriesWithOnePath) {
  const Listed listed(newc_entry({.name = "etc/motd", .content = "old"}) + newc_trailer() +
                      newc_entry({.name = "./etc//motd", .content = "new"}) + newc_trailer());
  EXPECT_EQ(listed.listing.entries.at(0).replaced_by, 1U);
  EXPECT_FALSE(listed.listing.entries.at(1).replaced_by);
  EXPECT_EQ(content_of(listed, "etc/motd"), "new");
}

TEST(Listing, FindsTheBytesOfAHardLinkAtWhicheverLinkHasThem) {
  const Listed listed(newc_entry({.name = "a", .inode = 7, .links = 2}) +
                      newc_entry({.name = "b", .content = "both", .inode = 7, .links = 2}) +
                      newc_trailer() +
                      newc_entry({.name = "c", .content = "other", .inode = 7, .links = 2}));
  EXPECT_EQ(content_of(listed, "a"), "both");
  EXPECT_EQ(content_of(listed, "b"), "both");
  EXPECT_EQ(content_of(listed, "c"), "other");
}

TEST(Listing, FindsNothingWhereNothingIs) {
  const Listed listed(newc_entry({.name = "a"}));
  EXPECT_EQ(content_of(listed, "b"), "(nothing)");
  EXPECT_EQ(content_of(listed, ""), "(nothing)");
}

TEST(Listing, LooksUpOneEntryWithoutAList) {
  const Listed listed(newc_entry({.name = "l", .content = "to/there", .mode = 0120777}) +
                      newc_entry({.name = "d", .mode = 0040755}));
  EXPECT_EQ(look_up(listed.joined, "l")->entry.target, "to/there");
  EXPECT_EQ(look_up(listed.joined, "d")->entry.header.mode, 0040755u);
  EXPECT_FALSE(look_up(listed.joined, "absent"));
}

TEST(PathOf, DropsWhatMeansNothing) {
  EXPECT_EQ(path_of("a/b"), "a/b");
  EXPECT_EQ(path_of("/a//b/"), "a/b");
  EXPECT_EQ(path_of("./a/./b"), "a/b");
  EXPECT_EQ(path_of("."), "");
  EXPECT_EQ(path_of("a..b/..c"), "a..b/..c");
}

TEST(PathOf, DoesNotSayWhereParentsLead) {
  for (const char* const name : {"..", "../a", "a/..", "a/../b"})
    EXPECT_FALSE(path_of(name)) << name;
}

// The kernel's own tool for it, as an archive by somebody else: GNU cpio.
TEST(Listing, AgreesWithGnuCpio) {
  if (!test::has_tool("cpio")) GTEST_SKIP() << "cpio is not installed";
  const test::TempDir folder;
  (void)folder.write("in/bin/tool", "content");
  (void)folder.write("in/etc/motd", "hello\n");
  const std::string enter = "cd '" + (folder.path() / "in").string() + "' && ";
  ASSERT_TRUE(test::run(enter + "ln bin/tool bin/same && ln -s tool bin/link").succeeded);
  const Listed listed(test::run(enter + "find . | sort | cpio -o -H newc --quiet").output);
  std::string names;
  for (const ListedEntry& entry : listed.listing.entries) names += entry.name + "\n";
  EXPECT_EQ(names, test::run(enter + "find . | sort | sed 's,^\\./,,'").output);
  EXPECT_EQ(content_of(listed, "bin/same"), "content");
  EXPECT_EQ(content_of(listed, "bin/tool"), "content");
  EXPECT_EQ(content_of(listed, "etc/motd"), "hello\n");
  EXPECT_FALSE(listed.listing.walk.stop);
}

}  // namespace
}  // namespace reproduce::initramfs

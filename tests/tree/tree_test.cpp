#include "reproduce/tree/tree.hpp"

#include <string>
#include <vector>

#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::tree {
namespace {

using test::kind_of;

Entry file(std::string_view text, std::uint64_t link_group = 0) {
  const ByteView bytes = as_bytes(text);
  return {.content = memory_content(Bytes(bytes.begin(), bytes.end())), .link_group = link_group};
}

Entry folder(std::uint32_t mode = 0700) {
  return {.type = EntryType::directory, .mode = mode};
}

std::vector<std::string> paths(const Tree& tree) {
  std::vector<std::string> found;
  for (const auto& [path, entry] : tree.entries()) found.push_back(path);
  return found;
}

TEST(Tree, KeepsPathsInByteOrderWithFoldersFirst) {
  Tree tree;
  for (const char* path : {"z", "\xff", "a/b", "a-b", "B"}) tree.add(path, file(""));
  EXPECT_EQ(paths(tree), (std::vector<std::string>{"B", "a", "a-b", "a/b", "z", "\xff"}));
}

TEST(Tree, AddsMissingParentsAsPlainFoldersOfRoot) {
  Tree tree;
  tree.add("a/b/c", file(""));
  const Entry* parent = tree.find("a/b");
  ASSERT_NE(parent, nullptr);
  EXPECT_EQ(parent->type, EntryType::directory);
  EXPECT_EQ(parent->mode, 0755U);
  EXPECT_EQ(parent->uid, 0U);
}

TEST(Tree, LetsAFolderTakeNewAttributesAndNothingElse) {
  Tree tree;
  tree.add("a/b", file(""));
  tree.add("a", folder(01777));
  EXPECT_EQ(tree.find("a")->mode, 01777U);
  EXPECT_EQ(kind_of([&] { tree.add("a", file("")); }), ErrorKind::malformed);
  EXPECT_EQ(kind_of([&] { tree.add("a/b", file("")); }), ErrorKind::malformed);
  EXPECT_EQ(kind_of([&] { tree.add("a/b", folder()); }), ErrorKind::malformed);
}

TEST(Tree, RefusesEntriesBelowWhatIsNoFolder) {
  Tree tree;
  tree.add("link", {.type = EntryType::symlink, .target = "/etc"});
  EXPECT_EQ(kind_of([&] { tree.add("link/passwd", file("")); }), ErrorKind::malformed);
  EXPECT_EQ(kind_of([&] { tree.add("link/a/b", file("")); }), ErrorKind::malformed);
  EXPECT_EQ(paths(tree), std::vector<std::string>{"link"});
}

TEST(Tree, RefusesPathsAndFieldsOutOfBounds) {
  Tree tree;
  const auto refused = [&](const std::string& path, const Entry& entry) {
    return kind_of([&] { tree.add(path, entry); }) == ErrorKind::malformed;
  };
  EXPECT_TRUE(refused("../a", file("")));
  EXPECT_TRUE(refused("a", {.mode = 010000, .content = memory_content({})}));
  EXPECT_TRUE(refused("a", {.type = EntryType::symlink}));
  EXPECT_TRUE(refused("a", {.type = EntryType::symlink, .target = std::string("a\0b", 3)}));
  EXPECT_TRUE(refused("a", {.type = EntryType::symlink, .target = std::string(4096, 'x')}));
  EXPECT_TRUE(refused("a", {.type = EntryType::block_device, .device_major = 0x1000}));
  EXPECT_TRUE(refused("a", {.type = EntryType::block_device, .device_minor = 0x100000}));
  EXPECT_EQ(kind_of([&] { tree.add("a", Entry{}); }), ErrorKind::bug);
  EXPECT_TRUE(tree.entries().empty());
}

TEST(Tree, ClearsWhatMeansNothingForTheType) {
  Tree tree;
  tree.add("s", {.type = EntryType::symlink, .mode = 0755, .target = "x", .device_major = 1});
  EXPECT_EQ(tree.find("s")->mode, 0777U);
  EXPECT_EQ(tree.find("s")->device_major, 0U);
  Entry plain = file("x");
  plain.target = "y";
  tree.add("f", plain);
  EXPECT_EQ(tree.find("f")->target, "");
}

TEST(Tree, MergesBelowAPrefixAndKeepsLinkGroupsApart) {
  Tree tree;
  tree.add("x", file("1", 1));
  tree.add("y", file("1", 1));
  Tree other;
  other.add("x", file("2", 1));
  other.add("y", file("2", 1));
  tree.merge("usr/local", other);
  EXPECT_EQ(paths(tree),
            (std::vector<std::string>{"usr", "usr/local", "usr/local/x", "usr/local/y", "x", "y"}));
  EXPECT_EQ(tree.find("usr/local/x")->link_group, tree.find("usr/local/y")->link_group);
  EXPECT_NE(tree.find("usr/local/x")->link_group, tree.find("x")->link_group);
  EXPECT_EQ(kind_of([&] { tree.merge("", other); }), ErrorKind::malformed);
}

TEST(Tree, MergingKeepsWhatWasSaidOfAFolderThatTheOtherTreeOnlyImplies) {
  Tree other;
  other.add("tmp/a", file(""));
  Tree tree;
  tree.add("tmp", {.type = EntryType::directory, .mode = 01777, .uid = 7});
  tree.merge("", other);
  EXPECT_EQ(tree.find("tmp")->mode, 01777U);
  EXPECT_EQ(tree.find("tmp")->uid, 7U);

  Tree root;
  root.merge("", other);
  EXPECT_EQ(root.find("tmp")->mode, 0755U);
  Tree said;
  said.add("tmp", folder(0700));
  root.merge("", said);
  EXPECT_EQ(root.find("tmp")->mode, 0700U) << "whoever names a folder decides, early or late";
  Tree late;
  late.add("tmp/b", file(""));
  root.merge("", late);
  EXPECT_EQ(root.find("tmp")->mode, 0700U);
}

TEST(Tree, AnOwnerGivenToImpliedFoldersDoesNotMakeThemNamed) {
  Tree other;
  other.add("tmp/a", file(""));
  other.set_owner(5, 5);
  Tree tree;
  tree.add("tmp", {.type = EntryType::directory, .mode = 0700, .uid = 7});
  tree.merge("", other);
  EXPECT_EQ(tree.find("tmp")->uid, 7U);
}

TEST(Tree, MergingNothingStillMakesThePrefix) {
  Tree tree;
  tree.merge("rootfs/dev", {});
  EXPECT_EQ(paths(tree), (std::vector<std::string>{"rootfs", "rootfs/dev"}));
  tree.add("f", file(""));
  EXPECT_EQ(kind_of([&] { tree.merge("f", {}); }), ErrorKind::malformed);
}

TEST(Tree, MergingChecksTheLengthOfTheWholePath) {
  std::string deep = "a";
  while (deep.size() < 4095) deep += "/a";
  Tree other;
  other.add(deep, file(""));
  Tree tree;
  EXPECT_EQ(kind_of([&] { tree.merge("b", other); }), ErrorKind::malformed);
}

TEST(Tree, GivesEverythingToOneOwner) {
  Tree tree;
  tree.add("a/b", file(""));
  tree.set_owner(7, 8);
  EXPECT_EQ(tree.find("a")->uid, 7U);
  EXPECT_EQ(tree.find("a/b")->gid, 8U);
}

TEST(Tree, ReplacesEachDistinctContentOnce) {
  Tree tree;
  const Entry linked = file("shared", 1);
  tree.add("a", linked);
  tree.add("b", linked);
  tree.add("c", file("own"));
  std::vector<std::string> asked;
  tree.replace_contents([&](const std::string& path, const ContentPtr& content) {
    asked.push_back(path);
    return memory_content(Bytes(content->size() + 1));
  });
  EXPECT_EQ(asked, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(tree.find("a")->content, tree.find("b")->content);
  EXPECT_EQ(tree.find("b")->content->size(), 7U);
}

TEST(Tree, CountsTheBytesOfAllPathsImpliedOnesIncluded) {
  Tree tree;
  tree.add("ab/c", file(""));
  tree.add("ab", folder());
  EXPECT_EQ(tree.path_bytes(), 6U);
}

TEST(Tree, CountsOnlyGroupsOfTwoAndMoreAsLinks) {
  Tree tree;
  tree.add("a", file("", 1));
  tree.add("b", file("", 2));
  tree.add("c", file("", 1));
  const LinkGroups groups = link_groups(tree);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups.at(1).count, 2U);
  EXPECT_EQ(groups.at(1).last_path, "c");
}

}  // namespace
}  // namespace reproduce::tree

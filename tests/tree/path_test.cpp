#include "reproduce/tree/path.hpp"

#include <string>

#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::tree {
namespace {

using namespace std::string_literals;

TEST(Path, TakesAnyBytesThatStayInside) {
  for (const std::string& path : {"a"s, "a/b"s, "..."s, ".a"s, "a..b/c.."s, "\xff\n\x1b"s, " "s,
                                  std::string(longest_name, 'x'), "TRAILER!!!"s})
    EXPECT_EQ(path_fault(path), std::nullopt) << path;
}

TEST(Path, NamesTheFaultOfEveryBadPath) {
  EXPECT_EQ(path_fault(""), "is empty");
  EXPECT_EQ(path_fault("/etc"), "is absolute");
  EXPECT_EQ(path_fault("/"), "is absolute");
  EXPECT_EQ(path_fault("a//b"), "has an empty part");
  EXPECT_EQ(path_fault("a/"), "has an empty part");
  EXPECT_EQ(path_fault("."), "has a `.` part");
  EXPECT_EQ(path_fault("a/./b"), "has a `.` part");
  EXPECT_EQ(path_fault(".."), "has a `..` part");
  EXPECT_EQ(path_fault("a/../b"), "has a `..` part");
  EXPECT_EQ(path_fault("a/.."), "has a `..` part");
  EXPECT_EQ(path_fault("a\0b"s), "has a NUL in it");
  EXPECT_EQ(path_fault("a/" + std::string(longest_name + 1, 'x')),
            "has a part of more than 255 bytes");
}

TEST(Path, IsBoundedByWhatTheKernelReads) {
  std::string path = "a";
  while (path.size() < longest_path) path += "/a";
  ASSERT_EQ(path.size(), longest_path);
  EXPECT_EQ(path_fault(path), std::nullopt);
  EXPECT_EQ(path_fault(path + "a"), "is longer than 4095 bytes");
}

TEST(Path, ErrorsStayShortAndPrintableForHostileNames) {
  try {
    require_path("/\x1b[2J" + std::string(1 << 20, 'x'));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_LT(std::string(error.what()).size(), 400U);
    EXPECT_EQ(std::string(error.what()).find('\x1b'), std::string::npos);
  }
}

TEST(Path, ParentAndJoinAreInverse) {
  EXPECT_EQ(parent_of("a/b/c"), "a/b");
  EXPECT_EQ(parent_of("a"), "");
  EXPECT_EQ(join("a", "b/c"), "a/b/c");
  EXPECT_EQ(join("", "b"), "b");
  EXPECT_EQ(join("a", ""), "a");
}

TEST(Path, DropsWhatArchiversPutAroundNames) {
  EXPECT_EQ(path_from_archive("./etc/passwd"), "etc/passwd");
  EXPECT_EQ(path_from_archive("etc/"), "etc");
  EXPECT_EQ(path_from_archive("././/etc//"), "etc");
  for (const char* root : {".", "./", "./.", ".//"}) EXPECT_EQ(path_from_archive(root), "") << root;
}

TEST(Path, RefusesArchiveNamesThatLeaveTheTree) {
  for (const std::string& name :
       {""s, "/"s, "//"s, "/etc"s, "../etc"s, "./../etc"s, "a/../../b"s, ".."s, "./.."s, "a\0b"s})
    EXPECT_THROW((void)path_from_archive(name), Error) << name;
}

TEST(Path, ReadsPlacesAsPeopleWriteThem) {
  EXPECT_EQ(path_from_absolute("/etc/motd"), "etc/motd");
  EXPECT_EQ(path_from_absolute("/etc/"), "etc");
  EXPECT_EQ(path_from_absolute("/"), "");
  for (const char* path : {"", "etc", "//", "/etc//", "//etc", "/../etc", "/./", "./etc"})
    EXPECT_THROW((void)path_from_absolute(path), Error) << path;
}

}  // namespace
}  // namespace reproduce::tree

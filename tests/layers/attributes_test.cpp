#include "reproduce/layers/attributes.hpp"

#include <string>
#include <vector>

#include "support/refusal.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reproduce::layers {
namespace {

using tree::Entry;
using tree::EntryType;

tree::ContentPtr content(std::string_view text) {
  return tree::memory_content(Bytes(text.begin(), text.end()));
}

std::string list(const std::string& lines) {
  return "reproduce-attributes/1\n" + lines;
}

/// `folder` as the lines say.
tree::Tree applied(const std::string& lines, tree::Tree folder) {
  return apply_attributes(parse_attributes(list(lines)), std::move(folder));
}

TEST(Attributes, WritesOneLineAnEntry) {
  const Attributes attributes{{.path = "d", .type = EntryType::directory, .mode = 01777},
                              {.path = "dev/c",
                               .type = EntryType::character_device,
                               .mode = 0600,
                               .device_major = 5,
                               .device_minor = 1},
                              {.path = "f", .mode = 04755, .uid = 4294967295, .gid = 7},
                              {.path = "g", .link_to = "f"},
                              {.path = "s", .type = EntryType::symlink, .mode = 0777}};
  const std::string text = list(
      "folder 1777 0 0 d\nchar 0600 0 0 dev/c 5 1\nfile 4755 4294967295 7 f\nlink g f\n"
      "symlink 0777 0 0 s\n");
  EXPECT_EQ(write_attributes(attributes), text);
  EXPECT_EQ(parse_attributes(text), attributes);
}

TEST(Attributes, EveryByteOfANameSurvives) {
  for (int byte = 1; byte < 256; ++byte) {
    if (byte == '/' || byte == '.') continue;
    const Attributes attributes{{.path = std::string(1, static_cast<char>(byte)) + "x"}};
    EXPECT_EQ(parse_attributes(write_attributes(attributes)), attributes) << byte;
  }
  EXPECT_EQ(write_attributes({{.path = "a b\\\n\xc3\xa9"}}),
            list("file 0000 0 0 a\\x20b\\x5c\\x0a\\xc3\\xa9\n"));
}

TEST(Attributes, RefusesEveryTruncation) {
  const std::string text = list("file 0644 0 0 f\nblock 0600 1 2 b 8 0\n");
  for (std::size_t size = 0; size < text.size(); ++size) {
    if (size != 0 && text[size - 1] == '\n') continue;  // whole lines are a list
    EXPECT_EQ(test::refusal_of([&] { (void)parse_attributes(text.substr(0, size)); }).kind(),
              ErrorKind::malformed)
        << size;
  }
}

TEST(Attributes, RefusesLinesThatAreNotInTheOneForm) {
  const std::vector<std::string> lines{"",
                                       "# a comment",
                                       "file",
                                       "FILE 0644 0 0 f",
                                       "file 644 0 0 f",
                                       "file 00644 0 0 f",
                                       "file 0684 0 0 f",
                                       "file 0644 -1 0 f",
                                       "file 0644 00 0 f",
                                       "file 0644 4294967296 0 f",
                                       "file 0644 0 x f",
                                       "file 0644 0 0",
                                       "file 0644 0 0 ",
                                       "file 0644 0 0 f extra",
                                       "file  0644 0 0 f",
                                       "file 0644 0 0 /f",
                                       "file 0644 0 0 ../f",
                                       "file 0644 0 0 a/./b",
                                       "file 0644 0 0 f/",
                                       "file 0644 0 0 f\r",
                                       "file 0644 0 0 \xff",
                                       "file 0644 0 0 \\x41",
                                       "file 0644 0 0 \\xFF",
                                       "file 0644 0 0 \\x00",
                                       "file 0644 0 0 a\\x2",
                                       "file 0644 0 0 a\\",
                                       "file 0644 0 0 " + std::string(256, 'n'),
                                       "char 0600 0 0 c",
                                       "char 0600 0 0 c 5",
                                       "file 0644 0 0 f 5 1",
                                       "link g",
                                       "link g f"};
  for (const std::string& line : lines) {
    const Error error = test::refusal_of([&] { (void)parse_attributes(list(line + "\n")); });
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << line;
  }
  EXPECT_EQ(test::refusal_of([] { (void)parse_attributes("file 0644 0 0 f\n"); }).kind(),
            ErrorKind::malformed);
}

TEST(Attributes, SaysWhereALineIsWrong) {
  const Error error =
      test::refusal_of([] { (void)parse_attributes(list("file 0644 0 0 f\nnone\n")); });
  EXPECT_EQ(error.context().offset, 23u + 16u);
}

TEST(Attributes, RefusesTwoLinesForOnePathAndLinksToLinks) {
  for (const std::string lines :
       {"file 0644 0 0 f\nfile 0600 0 0 f\n", "file 0644 0 0 f\nlink g f\nlink h g\n",
        "folder 0755 0 0 f\nlink g f\n", "link f f\n"})
    EXPECT_EQ(test::refusal_of([&] { (void)parse_attributes(list(lines)); }).kind(),
              ErrorKind::malformed)
        << lines;
}

TEST(Attributes, GiveListedFilesModeAndOwnerAndLeaveOthersAlone) {
  tree::Tree folder;
  folder.add("listed", {.mode = 0600, .content = content("a")});
  folder.add("new", {.mode = 0640, .content = content("b")});
  folder.add("s", {.type = EntryType::symlink, .target = "there"});
  const tree::Tree tree =
      applied("file 4755 1 2 listed\nsymlink 0777 3 4 s\nfolder 0700 5 6 gone\n", folder);
  const Entry& listed = *tree.find("listed");
  EXPECT_EQ(listed.mode, 04755u);
  EXPECT_EQ(listed.uid, 1u);
  EXPECT_EQ(listed.gid, 2u);
  EXPECT_EQ(listed.content, folder.find("listed")->content);
  EXPECT_EQ(tree.find("new")->mode, 0640u);
  EXPECT_EQ(tree.find("s")->target, "there");
  EXPECT_EQ(tree.find("s")->uid, 3u);
  EXPECT_EQ(tree.find("gone")->type, EntryType::directory);
}

TEST(Attributes, AddNodesThatNoFolderHas) {
  const tree::Tree tree = applied("char 0600 0 0 dev/console 5 1\nfifo 0622 0 0 pipe\n", {});
  EXPECT_EQ(tree.find("dev/console")->device_major, 5u);
  EXPECT_EQ(tree.find("dev/console")->device_minor, 1u);
  EXPECT_EQ(tree.find("pipe")->type, EntryType::fifo);
}

TEST(Attributes, AloneSayWhichNamesAreOneFile) {
  tree::Tree folder;
  const tree::ContentPtr shared = content("a");
  for (const char* name : {"f", "g", "h"}) folder.add(name, {.content = shared, .link_group = 1});
  const tree::Tree tree =
      applied("file 0644 0 0 f\nlink absent f\nlink g f\nfile 0644 0 0 h\n", folder);
  EXPECT_NE(tree.find("f")->link_group, 0u);
  EXPECT_EQ(tree.find("g")->link_group, tree.find("f")->link_group);
  EXPECT_EQ(tree.find("absent")->link_group, tree.find("f")->link_group);
  EXPECT_EQ(tree.find("absent")->content, shared);
  EXPECT_EQ(tree.find("h")->link_group, 0u);
}

TEST(Attributes, RefuseAFolderThatIsNotWhatTheySay) {
  tree::Tree folder;
  folder.add("file", {.content = content("a")});
  folder.add("copy", {.content = content("a")});
  folder.add("folder", {.type = EntryType::directory});
  for (const std::string line :
       {"file 0644 0 0 absent\n", "symlink 0777 0 0 absent\n", "symlink 0777 0 0 file\n",
        "folder 0755 0 0 file\n", "file 0644 0 0 folder\n", "char 0600 0 0 file 1 3\n",
        "file 0644 0 0 file\nlink copy file\n", "file 0644 0 0 file\nlink folder file\n",
        "fifo 0600 0 0 file/below\n", "char 0600 0 0 c 4096 0\n"}) {
    const Error error = test::refusal_of([&] { (void)applied(line, folder); });
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << line;
  }
}

}  // namespace
}  // namespace reproduce::layers

#include "reproduce/layers/archive.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/newc.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/cpio/writer.hpp"

namespace reproduce::layers {
namespace {

using test::newc_entry;
using test::newc_trailer;
using test::TempDir;
using tree::Entry;
using tree::EntryType;

constexpr unsigned folder_mode = 040755;

Layer read(std::string_view archive, const ArchiveLimits& limits = {}) {
  const TempDir temp;
  MemorySource source(as_bytes(archive));
  Layer layer = read_archive(source, temp.path(), limits);
  Bytes more(1);
  EXPECT_EQ(source.read(more), 0U) << "the archive was not read to its end";
  EXPECT_TRUE(std::filesystem::is_empty(temp.path()));
  return layer;
}

std::string message_of(const std::string& archive, const ArchiveLimits& limits = {}) {
  try {
    (void)read(archive, limits);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_TRUE(error.context().offset) << error.what();
    return error.what();
  }
  return "nothing was thrown";
}

std::string text_of(const Entry& entry) {
  const auto source = entry.content->open();
  return std::string(as_text(read_all(*source, 1 << 24, "content")));
}

TEST(Archive, KeepsEveryKindOfEntry) {
  const Layer layer =
      read(newc_entry({.name = ".", .mode = folder_mode, .links = 3}) +
           newc_entry({.name = "./d", .mode = 041777, .uid = 5, .gid = 6, .links = 2}) +
           newc_entry({.name = "./d/f", .content = "text", .mode = 0104751, .mtime = 77}) +
           newc_entry({.name = "l", .content = "d/f", .mode = 0120755}) +
           newc_entry({.name = "c", .mode = 020600, .rdevice_major = 5, .rdevice_minor = 1}) +
           newc_entry({.name = "b", .mode = 060600, .rdevice_major = 8}) +
           newc_entry({.name = "p", .mode = 010622}) + newc_entry({.name = "s", .mode = 0140777}) +
           newc_trailer());
  const tree::Tree& tree = layer.tree;
  EXPECT_EQ(tree.entries().size(), 7U);
  EXPECT_EQ(tree.find("d")->mode, 01777U);
  EXPECT_EQ(tree.find("d")->uid, 5U);
  EXPECT_EQ(tree.find("d")->gid, 6U);
  EXPECT_EQ(tree.find("d/f")->mode, 04751U);
  EXPECT_EQ(text_of(*tree.find("d/f")), "text");
  EXPECT_EQ(tree.find("l")->target, "d/f");
  EXPECT_EQ(tree.find("c")->type, EntryType::character_device);
  EXPECT_EQ(tree.find("c")->device_minor, 1U);
  EXPECT_EQ(tree.find("b")->device_major, 8U);
  EXPECT_EQ(tree.find("p")->type, EntryType::fifo);
  EXPECT_EQ(tree.find("s")->type, EntryType::socket);
  EXPECT_TRUE(layer.losses.empty());
}

TEST(Archive, TellsTheNewestOfItsFilesWhateverTheirOrder) {
  const std::string folder = newc_entry({.name = "d", .mode = folder_mode, .mtime = 900});
  const std::string old = newc_entry({.name = "d/old", .mtime = 76});
  const std::string b = newc_entry({.name = "d/b", .mtime = 77});
  const std::string c = newc_entry({.name = "d/c", .mtime = 77});
  for (const std::string& archive : {folder + old + b + c, c + b + old + folder}) {
    const Layer layer = read(archive + newc_trailer());
    ASSERT_TRUE(layer.newest);
    EXPECT_EQ(layer.newest->seconds, 77);
    EXPECT_EQ(layer.newest->path, "d/b");
  }
  EXPECT_FALSE(read(folder + newc_trailer()).newest);
}

TEST(Archive, KeepsContentsApartFromTheArchive) {
  const std::string big(3 * chunk_size + 5, 'x');
  const Layer layer =
      read(newc_entry({.name = "a", .content = "1"}) + newc_entry({.name = "b", .content = big}) +
           newc_entry({.name = "c", .content = ""}) + newc_entry({.name = "d", .content = "4"}) +
           newc_trailer());
  // In any order and more than once.
  EXPECT_EQ(text_of(*layer.tree.find("d")), "4");
  EXPECT_EQ(text_of(*layer.tree.find("b")), big);
  EXPECT_EQ(text_of(*layer.tree.find("a")), "1");
  EXPECT_EQ(text_of(*layer.tree.find("a")), "1");
  EXPECT_EQ(text_of(*layer.tree.find("c")), "");
}

TEST(Archive, GivesSourcesThatOutliveTheTree) {
  std::unique_ptr<Source> source;
  {
    const Layer layer = read(newc_entry({.name = "f", .content = "text"}) + newc_trailer());
    source = layer.tree.find("f")->content->open();
  }
  EXPECT_EQ(as_text(read_all(*source, 100, "content")), "text");
}

TEST(Archive, JoinsLinksWhicheverCarriesTheContent) {
  for (const std::size_t carrier : {0U, 1U, 2U}) {
    std::string archive;
    for (std::size_t i = 0; i < 3; ++i)
      archive += newc_entry({.name = std::string(1, static_cast<char>('a' + i)),
                             .content = i == carrier ? "data" : "",
                             .inode = 9,
                             .links = 3});
    const Layer layer = read(archive + newc_entry({.name = "z", .inode = 9}) + newc_trailer());
    EXPECT_EQ(link_groups(layer.tree).begin()->second.count, 3U);
    EXPECT_EQ(text_of(*layer.tree.find("a")), "data");
    EXPECT_EQ(layer.tree.find("a")->content, layer.tree.find("c")->content);
    EXPECT_EQ(text_of(*layer.tree.find("z")), "") << "one link alone is no link";
  }
}

TEST(Archive, JoinsEmptyLinks) {
  const Layer layer = read(newc_entry({.name = "a", .links = 2}) +
                           newc_entry({.name = "b", .links = 2}) + newc_trailer());
  EXPECT_EQ(link_groups(layer.tree).size(), 1U);
  EXPECT_EQ(text_of(*layer.tree.find("b")), "");
}

TEST(Archive, RefusesLinksThatContradictEachOther) {
  const auto pair = [](const test::NewcFields& a, const test::NewcFields& b) {
    return message_of(newc_entry(a) + newc_entry(b) + newc_trailer());
  };
  EXPECT_EQ(
      pair({.name = "a", .content = "1", .links = 2}, {.name = "b", .content = "2", .links = 2}),
      "the entry 'b' is linked to a file that has its content already");
  for (const test::NewcFields& other : {test::NewcFields{.name = "b", .mode = 0100600, .links = 2},
                                        test::NewcFields{.name = "b", .uid = 1, .links = 2},
                                        test::NewcFields{.name = "b", .gid = 1, .links = 2}})
    EXPECT_EQ(pair({.name = "a", .links = 2}, other),
              "the entry 'b' is linked to a file of another mode or owner");
}

TEST(Archive, RefusesPathsThatOccurTwice) {
  const std::string file = newc_entry({.name = "a"});
  const std::string folder = newc_entry({.name = "a", .mode = folder_mode});
  EXPECT_EQ(message_of(file + file + newc_trailer()), "two entries have the path 'a'");
  EXPECT_EQ(message_of(file + folder + newc_trailer()), "two entries have the path 'a'");
  EXPECT_EQ(message_of(folder + file + newc_trailer()), "two entries have the path 'a'");
  EXPECT_EQ(message_of(folder + folder + newc_trailer()), "the entry 'a' is in the archive twice");
  EXPECT_EQ(message_of(file + newc_entry({.name = "./a"}) + newc_trailer()),
            "two entries have the path 'a'");
}

TEST(Archive, LetsAFolderComeAfterWhatItHolds) {
  const Layer layer = read(newc_entry({.name = "a/b"}) + newc_entry({.name = "a", .mode = 040700}) +
                           newc_trailer());
  EXPECT_EQ(layer.tree.find("a")->mode, 0700U);
}

TEST(Archive, RefusesNamesThatLeaveTheTree) {
  for (const char* name : {"/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "./../x", "/"})
    EXPECT_NE(message_of(newc_entry({.name = name}) + newc_trailer()).find("the path"),
              std::string::npos)
        << name;
}

TEST(Archive, RefusesEntriesBelowSymlinks) {
  EXPECT_EQ(message_of(newc_entry({.name = "l", .content = "/etc", .mode = 0120777}) +
                       newc_entry({.name = "l/passwd", .content = "x"}) + newc_trailer()),
            "the entry 'l/passwd' lies below 'l', which is a symlink");
}

TEST(Archive, RefusesModesAndContentsThatMakeNoSense) {
  const auto refused = [](const test::NewcFields& fields) {
    return message_of(newc_entry(fields) + newc_trailer());
  };
  EXPECT_EQ(refused({.mode = 0644}), "the entry 'file' has a mode of no known file type");
  EXPECT_EQ(refused({.mode = 0170644}), "the entry 'file' has a mode of no known file type");
  EXPECT_EQ(refused({.mode = 0200644}), "the entry 'file' has a mode of no known file type");
  // Linux would drop the highest bit and take a regular file.
  EXPECT_EQ(refused({.mode = 0300644}), "the entry 'file' has a mode of no known file type");
  EXPECT_EQ(refused({.mode = 0xffffffff}), "the entry 'file' has a mode of no known file type");
  EXPECT_EQ(refused({.content = "x", .mode = folder_mode}),
            "the entry 'file' has content, and is no regular file");
  EXPECT_EQ(refused({.content = "x", .mode = 010644}),
            "the entry 'file' has content, and is no regular file");
  EXPECT_EQ(refused({.mode = 0120777}), "the entry 'file' is a symlink to 0 bytes");
  EXPECT_EQ(refused({.content = std::string(4096, 'x'), .mode = 0120777}),
            "the entry 'file' is a symlink to 4096 bytes");
  EXPECT_EQ(refused({.content = std::string(1, '\0'), .mode = 0120777}),
            "the entry 'file' is a symlink with a NUL in it");
  EXPECT_EQ(refused({.mode = 020644, .rdevice_major = 0x1000}),
            "the entry 'file' has a device number that Linux cannot hold");
  EXPECT_EQ(refused({.name = "."}), "the entry '.' is the root, and no folder");
}

TEST(Archive, ReportsWhatATreeCannotHold) {
  const Layer layer = read(newc_entry({.name = ".", .mode = 040700}) +
                           newc_entry({.name = "a", .mode = 020600, .links = 2}) +
                           newc_entry({.name = "b", .mode = 020600, .links = 2}) + newc_trailer());
  ASSERT_EQ(layer.losses.size(), 3U);
  EXPECT_EQ(layer.losses[0].what, "mode and owner of the root folder");
  EXPECT_EQ(layer.losses[1].path, "a");
  EXPECT_EQ(layer.losses[0].kind, LossKind::other);
  EXPECT_EQ(layer.losses[1].kind, LossKind::hard_link);
}

TEST(Archive, HoldsToItsLimits) {
  const std::string archive = newc_entry({.name = "a", .content = "123"}) +
                              newc_entry({.name = "b/c", .content = "45"}) + newc_trailer();
  EXPECT_EQ(message_of(archive, {.entries = 3, .name_bytes = 5, .content_bytes = 5}),
            "nothing was thrown");
  EXPECT_EQ(message_of(archive, {.entries = 2}), "the archive has too many entries");
  EXPECT_EQ(message_of(archive, {.name_bytes = 4}), "the archive's names are too long together");
  EXPECT_EQ(message_of(archive, {.content_bytes = 4}),
            "the archive's files are too large together");
  EXPECT_EQ(message_of(newc_entry({.content = "target", .mode = 0120777}) + newc_trailer(),
                       {.name_bytes = 9}),
            "the archive's names are too long together");
}

// One name of 4 KB that means two thousand folders, many times over.
TEST(Archive, CountsFoldersThatAreOnlyImplied) {
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "/d";
  std::string archive;
  for (int i = 0; i < 300; ++i) {
    std::string name = std::to_string(i);
    archive += newc_entry({.name = name += deep});
  }
  EXPECT_EQ(message_of(archive + newc_trailer()), "the archive's names are too long together");
}

TEST(Archive, RefusesWhatIsNoArchive) {
  EXPECT_NE(message_of(""), "nothing was thrown");
  EXPECT_NE(message_of("some text"), "nothing was thrown");
  EXPECT_EQ(message_of(std::string(200, '0')), "no cpio header here");
  EXPECT_EQ(message_of("070707" + std::string(200, '0')), "the archive is a cpio of an old form");
  EXPECT_EQ(message_of(newc_entry({})), "the archive ends inside a header");
}

TEST(Archive, ReadsCompressedArchives) {
  const TempDir temp;
  const std::string path =
      temp.write("a", newc_entry({.name = "f", .content = "text"}) + newc_trailer()).string();
  for (const std::string tool : {"gzip", "bzip2", "xz", "zstd"}) {
    if (!test::has_tool(tool)) continue;
    const Layer layer = read(test::run(tool + " -c <" + path).output);
    EXPECT_EQ(text_of(*layer.tree.find("f")), "text") << tool;
  }
}

TEST(Archive, RewritesGnuCpioArchivesByteForByte) {
  if (!test::has_tool("cpio")) GTEST_SKIP() << "cpio is not installed";
  const TempDir temp;
  const std::string gnu =
      test::run("cd " + temp.path().string() +
                " && mkdir d && echo 1 >d/a && ln d/a d/b && ln -s a d/l && chmod 1777 d && "
                "find * | LC_ALL=C sort | cpio -o -H newc --reproducible 2>/dev/null")
          .output;
  const Layer layer = read(gnu);
  MemorySink sink;
  cpio::write_archive(layer.tree, 0, sink);
  std::string expected = gnu;
  // Only times differ: 8 digits at offset 46 of each header.
  for (std::size_t at = 0; (at = expected.find("070701", at)) != std::string::npos; at += 110)
    expected.replace(at + 46, 8, "00000000");
  EXPECT_EQ(as_text(sink.bytes()), expected);
}

}  // namespace
}  // namespace reproduce::layers

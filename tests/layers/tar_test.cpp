#include "reproduce/layers/tar.hpp"

#include <clocale>
#include <filesystem>
#include <string>
#include <vector>

#include "support/refusal.hpp"
#include "support/tar.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::layers {
namespace {

using test::pax_record;
using test::tar_end;
using test::tar_entry;
using test::tar_folder;
using test::tar_gnu_long;
using test::tar_link;
using test::tar_pax;
using test::tar_symlink;
using test::TempDir;
using tree::Entry;
using tree::EntryType;

Layer read(std::string_view archive, const ArchiveLimits& limits = {}) {
  const TempDir temp;
  MemorySource source(as_bytes(archive));
  Layer layer = read_tar(source, temp.path(), limits);
  Bytes more(1);
  EXPECT_EQ(source.read(more), 0U) << "the archive was not read to its end";
  EXPECT_TRUE(std::filesystem::is_empty(temp.path()));
  return layer;
}

/// What refuses `members`, which an end-of-archive follows.
Error refusal(const std::string& members, const ArchiveLimits& limits = {}) {
  Error error = test::refusal_of([&] { (void)read(members + tar_end(), limits); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed) << error.what();
  return error;
}

std::string text_of(const Layer& layer, std::string_view path) {
  const Entry* const entry = layer.tree.find(path);
  if (entry == nullptr || !entry->content) return "there is no such file";
  const auto source = entry->content->open();
  return std::string(as_text(read_all(*source, 1 << 24, "content")));
}

std::vector<std::string> paths_of(const Layer& layer) {
  std::vector<std::string> paths;
  for (const auto& [path, entry] : layer.tree.entries()) paths.push_back(path);
  return paths;
}
using Paths = std::vector<std::string>;

TEST(Tar, TellsTheNewestOfItsFiles) {
  const Layer layer =
      read(tar_entry({.name = "b"}) + tar_entry({.name = "a"}) + tar_folder("z") + tar_end());
  ASSERT_TRUE(layer.newest);
  EXPECT_EQ(layer.newest->seconds, 77);
  EXPECT_EQ(layer.newest->path, "a");
  const Layer pax = read(tar_pax(pax_record("mtime", "1700000000.25")) + tar_entry({.name = "p"}) +
                         tar_entry({.name = "a"}) + tar_end());
  ASSERT_TRUE(pax.newest);
  EXPECT_EQ(pax.newest->seconds, 1'700'000'000);
  EXPECT_EQ(pax.newest->path, "p");
  EXPECT_FALSE(read(tar_folder("z") + tar_end()).newest);
}

TEST(Tar, KeepsEveryKindOfEntry) {
  const Layer layer = read(
      tar_folder("./") +
      tar_entry({.name = "./d/", .type = '5', .mode = 01777, .uid = 5, .gid = 6}) +
      tar_entry({.name = "./d/f", .content = "text", .mode = 04751}) + tar_symlink("l", "d/f") +
      tar_entry({.name = "c", .type = '3', .mode = 0600, .device_major = 5, .device_minor = 1}) +
      tar_entry({.name = "b", .type = '4', .device_major = 8}) +
      tar_entry({.name = "p", .type = '6', .mode = 0622}) + tar_end());
  EXPECT_EQ(paths_of(layer), (Paths{"b", "c", "d", "d/f", "l", "p"}));
  EXPECT_EQ(layer.tree.find("d")->mode, 01777U);
  EXPECT_EQ(layer.tree.find("d")->uid, 5U);
  EXPECT_EQ(layer.tree.find("d")->gid, 6U);
  EXPECT_EQ(layer.tree.find("d/f")->mode, 04751U);
  EXPECT_EQ(text_of(layer, "d/f"), "text");
  EXPECT_EQ(layer.tree.find("l")->target, "d/f");
  EXPECT_EQ(layer.tree.find("c")->type, EntryType::character_device);
  EXPECT_EQ(layer.tree.find("c")->device_major, 5U);
  EXPECT_EQ(layer.tree.find("c")->device_minor, 1U);
  EXPECT_EQ(layer.tree.find("b")->device_major, 8U);
  EXPECT_EQ(layer.tree.find("p")->type, EntryType::fifo);
  EXPECT_TRUE(layer.losses.empty());
}

TEST(Tar, ReadsOldArchivesWithoutAMagic) {
  const std::string old(8, '\0');
  const Layer layer =
      read(tar_entry({.name = "d/", .type = '\0', .mode = 0700, .magic = old}) +
           tar_entry({.name = "d/f", .content = "1", .type = '\0', .magic = old}) + tar_end());
  EXPECT_EQ(layer.tree.find("d")->type, EntryType::directory);
  EXPECT_EQ(text_of(layer, "d/f"), "1");
}

TEST(Tar, ReadsLongNamesOfGnuAndPax) {
  const std::string folder(200, 'd');
  const std::string gnu = folder + "/" + std::string(255, 'g');
  const std::string pax = folder + "/" + std::string(255, 'p');
  const Layer layer =
      read(tar_gnu_long('L', gnu) + tar_entry({.content = "1"}) + tar_pax(pax_record("path", pax)) +
           tar_entry({.content = "2"}) + tar_gnu_long('K', gnu) + tar_link("hard", "cut") +
           tar_pax(pax_record("linkpath", pax)) + tar_symlink("soft", "cut") + tar_end());
  EXPECT_EQ(text_of(layer, gnu), "1");
  EXPECT_EQ(text_of(layer, pax), "2");
  EXPECT_EQ(text_of(layer, "hard"), "1");
  EXPECT_EQ(layer.tree.find("soft")->target, pax);
}

TEST(Tar, ReadsOwnersAndSizesFromPaxHeaders) {
  const Layer layer = read(tar_pax(pax_record("uid", "4000000000") +
                                   pax_record("gid", "3000000000") + pax_record("size", "3")) +
                           tar_entry({.content = "abc", .size_field = "00000000000"}) + tar_end());
  EXPECT_EQ(layer.tree.find("file")->uid, 4'000'000'000U);
  EXPECT_EQ(layer.tree.find("file")->gid, 3'000'000'000U);
  EXPECT_EQ(text_of(layer, "file"), "abc");
  EXPECT_EQ(refusal(tar_pax(pax_record("uid", "4294967296")) + tar_entry({})).what(),
            std::string("a user number does not fit in 32 bits"));
}

/// Names as bytes: composed, decomposed and no UTF-8 at all.
const Paths hard_names{"caf\xc3\xa9", "cafe\xcc\x81", "caf\xe9", "\xed\xa0\x80\xed\xb0\x80",
                       "\xff\xfe"};

TEST(Tar, KeepsNamesAsTheBytesThatWereRecorded) {
  std::string archive;
  Paths wanted;
  for (const std::string& name : hard_names) {
    archive += tar_entry({.name = "u" + name}) + tar_symlink("s" + name, name);
    archive += tar_gnu_long('L', "g" + name) + tar_entry({});
    archive += tar_pax(pax_record("path", "p" + name)) + tar_entry({});
    archive += tar_pax(pax_record("path", "l" + name) + pax_record("linkpath", name)) +
               tar_symlink("", "");
    archive += tar_pax(pax_record("hdrcharset", "BINARY") + pax_record("path", "b" + name)) +
               tar_entry({});
  }
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* locale : {"C", "C.UTF-8", "POSIX"}) {
    ASSERT_NE(std::setlocale(LC_ALL, locale), nullptr) << locale;
    const Layer layer = read(archive + tar_end());
    for (const std::string& name : hard_names) {
      for (const char* kind : {"u", "s", "g", "p", "l", "b"})
        EXPECT_NE(layer.tree.find(kind + name), nullptr) << locale << " " << kind << name;
      EXPECT_EQ(layer.tree.find("s" + name)->target, name) << locale;
      EXPECT_EQ(layer.tree.find("l" + name)->target, name) << locale;
    }
    EXPECT_EQ(layer.tree.entries().size(), 6 * hard_names.size());
  }
  (void)std::setlocale(LC_ALL, before.c_str());
}

TEST(Tar, HardLinksShareContentAndAttributes) {
  const Layer layer =
      read(tar_entry({.name = "a", .content = "1", .mode = 0600, .uid = 7}) + tar_link("b", "./a") +
           tar_link("c", "b") + tar_link("a", "a") + tar_end());
  EXPECT_EQ(text_of(layer, "c"), "1");
  EXPECT_EQ(layer.tree.find("c")->mode, 0600U);
  EXPECT_EQ(layer.tree.find("c")->uid, 7U);
  EXPECT_EQ(link_groups(layer.tree).begin()->second.count, 3U);
  const Layer links = read(tar_symlink("s", "x") + tar_link("t", "s") + tar_end());
  EXPECT_EQ(links.tree.find("t")->target, "x");
  ASSERT_EQ(links.losses.size(), 1U);
  EXPECT_EQ(links.losses[0].what, "hard link to a symlink");
  EXPECT_EQ(links.losses[0].kind, LossKind::hard_link);
}

TEST(Tar, RefusesHardLinksToNothing) {
  EXPECT_EQ(refusal(tar_link("a", "b") + tar_link("b", "a")).what(),
            std::string("the entry 'a' is a hard link to 'b', which is not there"));
  EXPECT_EQ(refusal(tar_folder("d") + tar_link("a", "d")).what(),
            std::string("the entry 'a' is a hard link to a folder"));
  (void)refusal(tar_entry({.name = "a"}) + tar_link("b", "../a"));
  (void)refusal(tar_entry({.name = "a"}) + tar_link("b", "/a"));
  (void)refusal(tar_entry({.name = "a"}) + tar_link(".", "a"));
}

TEST(Tar, TheLaterOfTwoEntriesWins) {
  const Layer layer =
      read(tar_entry({.name = "f", .content = "old"}) + tar_link("kept", "f") +
           tar_entry({.name = "f", .content = "new"}) + tar_folder("d", 0700) +
           tar_entry({.name = "d/x"}) + tar_folder("d", 0711) + tar_folder("e") +
           tar_entry({.name = "e/x/y"}) + tar_entry({.name = "e-f"}) + tar_entry({.name = "e"}) +
           tar_entry({.name = "g"}) + tar_folder("g") + tar_entry({.name = "g/x"}) + tar_end());
  EXPECT_EQ(paths_of(layer), (Paths{"d", "d/x", "e", "e-f", "f", "g", "g/x", "kept"}));
  EXPECT_EQ(text_of(layer, "f"), "new");
  EXPECT_EQ(text_of(layer, "kept"), "old");
  EXPECT_EQ(layer.tree.find("d")->mode, 0711U);
  EXPECT_EQ(layer.tree.find("e")->type, EntryType::regular);
}

TEST(Tar, EntriesBelowSymlinksLandWhereThoseLeadInsideTheRoot) {
  const Layer layer = read(tar_folder("usr/lib") + tar_symlink("lib", "usr/lib") +
                           tar_entry({.name = "lib/a"}) + tar_symlink("abs", "/usr/../../usr") +
                           tar_entry({.name = "abs/lib/b"}) + tar_symlink("out", "../../../etc") +
                           tar_entry({.name = "out/passwd"}) + tar_symlink("two", "lib") +
                           tar_entry({.name = "two/c"}) + tar_link("two/d", "lib/c") + tar_end());
  EXPECT_EQ(paths_of(layer),
            (Paths{"abs", "etc", "etc/passwd", "lib", "out", "two", "usr", "usr/lib", "usr/lib/a",
                   "usr/lib/b", "usr/lib/c", "usr/lib/d"}));
}

TEST(Tar, RefusesSymlinksInCircles) {
  EXPECT_EQ(
      refusal(tar_symlink("a", "b") + tar_symlink("b", "a") + tar_entry({.name = "a/f"})).what(),
      std::string("an entry lies below 'a', a symlink that leads in circles"));
  (void)refusal(tar_symlink("a", "a/a") + tar_entry({.name = "a/f"}));
}

TEST(Tar, RefusesEntriesBelowFiles) {
  EXPECT_EQ(refusal(tar_entry({.name = "a"}) + tar_entry({.name = "a/f"})).what(),
            std::string("an entry lies below 'a', which is a regular file"));
  // The folder of an entry that went before was only implied, and is a file by then.
  (void)refusal(tar_entry({.name = "a/f"}) + tar_entry({.name = "a"}) + tar_entry({.name = "a/g"}));
}

TEST(Tar, RefusesNamesThatLeaveTheTree) {
  for (const char* name : {"/etc/passwd", "..", "../x", "a/../x", "a//b", "a/./b"}) {
    const Error error = refusal(tar_entry({.name = "before"}) + tar_entry({.name = name}));
    EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    EXPECT_EQ(error.context().offset, 512U);
  }
}

TEST(Tar, SaysWhereAHeaderIsThatCannotBeRead) {
  const std::string before = tar_entry({.name = "before", .content = "x"});
  EXPECT_EQ(refusal(tar_gnu_long('L', std::string(2 << 20, 'x')) + tar_entry({})).context().offset,
            0U);
  EXPECT_EQ(refusal(before + tar_gnu_long('L', std::string(2 << 20, 'x')) + tar_entry({}))
                .context()
                .offset,
            1024U);
  EXPECT_EQ(refusal(before + std::string(512, 'x')).context().offset, 1024U);
}

TEST(Tar, RefusesNamesThatNoTreeCanHold) {
  (void)refusal(tar_pax(pax_record("path", std::string(256, 'x'))) + tar_entry({}));
  (void)refusal(tar_gnu_long('L', std::string(256, 'x')) + tar_entry({}));
  std::string deep;
  while (deep.size() < 4096) deep += "d/";
  (void)refusal(tar_pax(pax_record("path", deep + "x")) + tar_entry({}));
  const Error error = refusal(tar_gnu_long('L', std::string(1'000'000, 'x')) + tar_entry({}));
  EXPECT_LT(std::string(error.what()).size(), 400U) << "the error shows all of the name";
  (void)refusal(tar_gnu_long('L', std::string(5'000'000, 'x')) + tar_entry({}));
  (void)refusal(tar_pax(pax_record("path", std::string(5'000'000, 'x'))) + tar_entry({}));
  (void)refusal(tar_pax(pax_record("linkpath", std::string(4096, 'x'))) + tar_symlink("l", ""));
  (void)refusal(tar_symlink("l", ""));
}

TEST(Tar, ReportsWhatNoTreeCanHold) {
  const Layer layer =
      read(tar_entry({.name = ".", .type = '5', .mode = 0700}) +
           tar_pax(pax_record("SCHILY.xattr.user.note", "x") +
                   pax_record("SCHILY.xattr.security.selinux", "label") +
                   pax_record("SCHILY.acl.access",
                              "user::rw-,user:5:r--,group::r--,mask::r--,other::r--") +
                   pax_record("SCHILY.fflags", "immutable")) +
           tar_entry({.name = "f"}) + tar_end());
  Paths losses;
  for (const Loss& loss : layer.losses) {
    losses.push_back(loss.path + ": " + loss.what);
    EXPECT_EQ(loss.kind, loss.path.empty() ? LossKind::other : LossKind::attribute);
  }
  EXPECT_EQ(losses, (Paths{"f: extended attribute user.note", "f: access control list",
                           "f: file flags immutable", ": mode and owner of the root folder"}));
}

TEST(Tar, IgnoresWhatFollowsTheEndOfTheArchive) {
  const Layer layer = read(tar_entry({.name = "a"}) + tar_end() + std::string(3'000'000, 'x'));
  EXPECT_EQ(paths_of(layer), (Paths{"a"}));
  EXPECT_TRUE(read(tar_end()).tree.entries().empty());
}

TEST(Tar, RefusesEveryTruncation) {
  const std::string archive = tar_folder("d") +
                              tar_entry({.name = "d/f", .content = std::string(600, 'x')}) +
                              tar_pax(pax_record("path", "long")) + tar_entry({.content = "1"});
  for (std::size_t size = 0; size < archive.size() + 512; size += size % 512 < 4 ? 1U : 51U)
    EXPECT_EQ(test::refusal_of([&] { (void)read((archive + tar_end()).substr(0, size)); }).kind(),
              ErrorKind::malformed)
        << size;
  EXPECT_EQ(read(archive + std::string(512, '\0')).tree.entries().size(), 3U);
}

TEST(Tar, RefusesDamagedHeaders) {
  const std::string archive = tar_entry({.name = "a"}) + tar_entry({.name = "b"}) + tar_end();
  constexpr std::size_t behind_the_sum = 512 + 154;  // a NUL and a blank, which nobody sums up
  for (std::size_t at = 512; at < 1024; at += at == behind_the_sum - 1 ? 3 : 1) {
    std::string damaged = archive;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x15);
    (void)test::refusal_of([&] { (void)read(damaged); });
  }
}

TEST(Tar, RefusesWhatIsNoTar) {
  for (const std::string& bytes :
       {std::string("hello"), std::string(2000, 'x'), std::string("070701")})
    EXPECT_EQ(test::refusal_of([&] { (void)read(bytes); }).kind(), ErrorKind::malformed);
}

TEST(Tar, RefusesHugeSizesWithoutWritingThem) {
  for (const char* size : {"77777777777", "7777777777777"})
    (void)refusal(tar_entry({.name = "a", .content = "x", .size_field = size}));
  (void)refusal(tar_pax(pax_record("size", "9223372036854775807")) + tar_entry({}));
  // A base-256 number of all ones is -1, and one with the top bit alone is beyond 64 bits.
  (void)refusal(tar_entry({.size_field = std::string(12, '\xff')}));
  (void)refusal(tar_entry({.size_field = "\x80" + std::string(11, '\x7f')}));
}

TEST(Tar, HoldsItsLimits) {
  const std::string three = tar_entry({.name = "a", .content = "1"}) +
                            tar_entry({.name = "b", .content = "2"}) +
                            tar_entry({.name = "c", .content = "3"});
  EXPECT_EQ(read(three + tar_end(), {.entries = 3}).tree.entries().size(), 3U);
  EXPECT_EQ(refusal(three, {.entries = 2}).what(), std::string("the archive has too many entries"));
  EXPECT_EQ(refusal(tar_entry({.name = "a/b/c"}), {.entries = 2}).what(),
            std::string("the archive has too many entries"));
  EXPECT_EQ(refusal(three, {.name_bytes = 2}).what(),
            std::string("the archive's names are too long together"));
  EXPECT_EQ(refusal(three, {.content_bytes = 2}).what(),
            std::string("the archive's files are too large together"));
  std::string same;
  for (int i = 0; i < 20; ++i) same += tar_entry({.name = "a"});
  (void)refusal(same, {.entries = 10});
  std::string attributes;
  for (int i = 0; i < 1000; ++i)
    attributes += pax_record("SCHILY.xattr.user." + std::to_string(i), "x");
  (void)refusal(tar_pax(attributes) + tar_entry({}), {.name_bytes = 10'000});
}

TEST(Tar, RefusesAHeaderOfHeaders) {
  std::string headers;
  for (int i = 0; i < 1000; ++i) headers += tar_pax(pax_record("comment", "x"));
  (void)refusal(headers + tar_entry({}));
}

/// What `tar` with these options makes of a file with holes, hard links, long and odd names.
Layer read_made_by(const std::string& tar, const TempDir& temp) {
  const std::string folder = temp.path().string();
  const auto made = test::run("cd " + folder + " && " + tar + " 2>&1");
  if (!made.succeeded) ADD_FAILURE() << tar << ": " << made.output;
  const Bytes archive = test::slurp(temp.path() / "out.tar");
  return read(as_text(archive));
}

TempDir& hard_folder(TempDir& temp) {
  temp.write("in/d/plain", "plain");
  temp.write("in/caf\xe9", "latin");
  temp.write("in/" + std::string(150, 'l') + "/" + std::string(150, 'm'), "long");
  const auto made = test::run(
      "cd " + temp.path().string() + "/in && truncate -s 3000000 holes" +
      " && for at in 1000 70000 140000 210000 280000 1048576; do printf x |" +
      " dd of=holes bs=1 seek=$at conv=notrunc status=none; done" +
      " && truncate -s 500000 hole && ln d/plain link && ln -s d soft && chmod 4755 link");
  EXPECT_TRUE(made.succeeded);
  return temp;
}

void expect_hard_folder(const Layer& layer, const std::string& how) {
  std::string holes(3'000'000, '\0');
  for (const std::size_t at : {1000U, 70000U, 140000U, 210000U, 280000U, 1048576U}) holes[at] = 'x';
  EXPECT_TRUE(text_of(layer, "in/holes") == holes) << how;
  EXPECT_TRUE(text_of(layer, "in/hole") == std::string(500'000, '\0')) << how;
  EXPECT_EQ(text_of(layer, "in/caf\xe9"), "latin") << how;
  EXPECT_EQ(text_of(layer, "in/" + std::string(150, 'l') + "/" + std::string(150, 'm')), "long")
      << how;
  EXPECT_EQ(text_of(layer, "in/link"), "plain") << how;
  EXPECT_EQ(layer.tree.find("in/link")->mode, 04755U) << how;
  EXPECT_EQ(link_groups(layer.tree).size(), 1U) << how;
  EXPECT_EQ(layer.tree.entries().size(), 10U) << how;
}

TEST(Tar, ReadsWhatGnuTarWrites) {
  if (!test::has_tool("tar")) GTEST_SKIP() << "no tar";
  TempDir temp;
  hard_folder(temp);
  for (const char* options :
       {"--format=gnu", "--format=gnu -S", "--format=pax", "--format=pax -S --sparse-version=0.0",
        "--format=pax -S --sparse-version=0.1", "--format=pax -S --sparse-version=1.0",
        "--format=gnu -S -z", "--format=gnu -b 1"})
    expect_hard_folder(read_made_by("tar -cf out.tar " + std::string(options) + " in", temp),
                       options);
}

TEST(Tar, ReadsWhatBsdtarWrites) {
  if (!test::has_tool("bsdtar")) GTEST_SKIP() << "no bsdtar";
  TempDir temp;
  hard_folder(temp);
  for (const char* options : {"--format=pax", "--format=gnutar", "--format=pax --zstd",
                              "--format=pax --xz", "--format=pax --bzip2"})
    expect_hard_folder(
        read_made_by("LC_ALL=C bsdtar -cf out.tar " + std::string(options) + " in", temp), options);
}

}  // namespace
}  // namespace reproduce::layers

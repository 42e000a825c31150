#include "reproduce/initramfs/walk.hpp"

#include <string>
#include <vector>

#include "support/newc.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/random_access.hpp"

namespace reproduce::initramfs {
namespace {

using compression::Compression;
using test::newc_entry;
using test::newc_trailer;

struct Seen {
  std::vector<std::string> entries;  // "name=content"
  Walk walk;
};

/// Walks `ramdisks`, which lie one behind the other with a byte of something else between.
Seen walk_over(const std::vector<std::string>& ramdisks) {
  std::string image;
  std::vector<Range> ranges;
  for (const std::string& ramdisk : ramdisks) {
    image += '#';
    ranges.push_back({.offset = image.size(), .size = ramdisk.size()});
    image += ramdisk;
  }
  const RandomAccessBytes bytes(as_bytes(image));
  const JoinedRamdisks joined(bytes, ranges);
  Seen seen;
  seen.walk = walk(joined, [&](const FoundEntry& entry, Source& content) {
    const Bytes read = read_all(content, 1 << 20, "content");
    seen.entries.push_back(entry.name + "=" + std::string(as_text(read)) +
                           (entry.passed_over.empty() ? "" : " (passed over)"));
  });
  return seen;
}

std::string archive(const std::string& name, const std::string& content) {
  return newc_entry({.name = name, .content = content}) + newc_trailer();
}

std::string compressed(const std::string& bytes, const std::string& tool) {
  const test::TempDir folder;
  const std::filesystem::path file = folder.write("plain", bytes);
  return test::run(tool + " -c < '" + file.string() + "'").output;
}

std::string stop_of(const Seen& seen) {
  return seen.walk.stop ? seen.walk.stop->what : "";
}

using Names = std::vector<std::string>;

TEST(Walk, FindsNothingInNothing) {
  EXPECT_TRUE(walk_over({}).walk.stretches.empty());
  EXPECT_TRUE(walk_over({"", ""}).walk.stretches.empty());
}

TEST(Walk, GivesEntriesInOrderWithTheirContent) {
  const Seen seen = walk_over({newc_entry({.name = "a", .content = "one"}) +
                               newc_entry({.name = "b", .content = ""}) + newc_trailer()});
  EXPECT_EQ(seen.entries, (Names{"a=one", "b="}));
  ASSERT_EQ(seen.walk.stretches.size(), 1U);
  EXPECT_EQ(seen.walk.stretches[0].kind, StretchKind::entries);
  EXPECT_EQ(seen.walk.stretches[0].entries, 2U);
  EXPECT_TRUE(seen.walk.stretches[0].ends_with_trailer);
  EXPECT_FALSE(seen.walk.stop);
}

TEST(Walk, GoesOnBehindATrailerAndAcrossRamdisks) {
  const std::string padded = archive("a", "1") + std::string(512, '\0') + archive("b", "2");
  EXPECT_EQ(walk_over({padded, archive("c", "3")}).entries, (Names{"a=1", "b=2", "c=3"}));
}

TEST(Walk, SeesAnEntryThatBeginsInOneRamdiskAndEndsInTheNext) {
  const std::string whole = archive("name", "content");
  for (std::size_t cut = 0; cut <= whole.size(); ++cut)
    EXPECT_EQ(walk_over({whole.substr(0, cut), whole.substr(cut)}).entries, (Names{"name=content"}))
        << cut;
}

TEST(Walk, TellsWhichRamdiskAnArchiveIsIn) {
  const std::string one = archive("a", "1") + std::string(100, '\0');
  const Seen seen = walk_over({one, std::string(8, '\0'), one});
  ASSERT_EQ(seen.walk.stretches.size(), 3U);
  EXPECT_EQ(seen.walk.stretches[0].size, one.size());
  EXPECT_EQ(seen.walk.stretches[1].kind, StretchKind::zeros);
  EXPECT_EQ(seen.walk.stretches[2].offset, one.size() + 8);
}

// Linux asks for a multiple of four behind an archive, whatever ramdisk follows.
TEST(Walk, StopsAtACompressedRamdiskBehindAnArchiveOfOddLength) {
  if (!test::has_tool("gzip")) GTEST_SKIP() << "gzip is not installed";
  const std::string packed = compressed(archive("b", "2"), "gzip");
  EXPECT_EQ(walk_over({archive("a", "1"), packed}).entries, (Names{"a=1", "b=2"}));
  const Seen seen = walk_over({archive("a", "1") + '\0', packed});
  EXPECT_EQ(seen.entries, (Names{"a=1"}));
  EXPECT_NE(stop_of(seen).find("broken padding"), std::string::npos);
}

TEST(Walk, NeedsNoTrailer) {
  const Seen seen = walk_over({newc_entry({.name = "a", .content = "1"})});
  EXPECT_EQ(seen.entries, (Names{"a=1"}));
  EXPECT_FALSE(seen.walk.stop);
  EXPECT_FALSE(seen.walk.stretches[0].ends_with_trailer);
}

class Compressed : public testing::TestWithParam<std::pair<const char*, Compression>> {};

TEST_P(Compressed, StreamsAreFollowedByWhateverComesNext) {
  const auto& [tool, compression] = GetParam();
  if (!test::has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
  const std::string packed = compressed(archive("a", "1") + archive("b", "2"), tool);
  const std::string aligned = test::newc_pad(packed);
  for (const std::string& next : {archive("c", "3"), compressed(archive("c", "3"), tool)}) {
    const Seen seen = walk_over({aligned + next});
    EXPECT_EQ(seen.entries, (Names{"a=1", "b=2", "c=3"}));
    EXPECT_FALSE(seen.walk.stop) << stop_of(seen);
    ASSERT_GE(seen.walk.stretches.size(), 2U);
    EXPECT_EQ(seen.walk.stretches[0].kind, StretchKind::compressed);
    EXPECT_EQ(seen.walk.stretches[0].compression, compression);
    EXPECT_EQ(seen.walk.stretches[0].size, packed.size());
    EXPECT_EQ(seen.walk.stretches[0].trailers, 2U);
  }
}

// docs: a plain archive behind a compressed one at no multiple of four makes the kernel panic.
TEST_P(Compressed, StreamsOfOddLengthStopAPlainArchiveBehindThem) {
  const auto& [tool, compression] = GetParam();
  if (!test::has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
  std::string packed = compressed(archive("a", "1"), tool);
  packed.resize(packed.size() + 4 - packed.size() % 4 + 1);  // one more than a multiple of four
  const Seen seen = walk_over({packed, archive("b", "2")});
  EXPECT_EQ(seen.entries, (Names{"a=1"}));
  ASSERT_TRUE(seen.walk.stop);
  EXPECT_EQ(seen.walk.stop->offset, packed.size());
}

TEST_P(Compressed, StreamsThatAreCutShortAreAStop) {
  const auto& [tool, compression] = GetParam();
  if (!test::has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
  const std::string packed = compressed(archive("a", "1"), tool);
  for (std::size_t size = 7; size < packed.size(); ++size)
    EXPECT_TRUE(walk_over({packed.substr(0, size)}).walk.stop) << size;
}

INSTANTIATE_TEST_SUITE_P(Tools, Compressed,
                         testing::Values(std::pair("gzip", Compression::gzip),
                                         std::pair("bzip2", Compression::bzip2),
                                         std::pair("xz", Compression::xz),
                                         std::pair("zstd", Compression::zstd),
                                         std::pair("lzma", Compression::lzma)));

// Linux takes what follows for a block of the same stream, unless NULs are between.
TEST(Walk, StopsBehindLz4UnlessNulsFollow) {
  if (!test::has_tool("lz4")) GTEST_SKIP() << "lz4 is not installed";
  const std::string packed = compressed(archive("a", "1"), "lz4 -l");
  const std::string nuls(8 - packed.size() % 4, '\0');
  const Seen alone = walk_over({archive("b", "2"), packed + nuls});
  EXPECT_EQ(alone.entries, (Names{"b=2", "a=1"}));
  EXPECT_FALSE(alone.walk.stop) << stop_of(alone);
  EXPECT_EQ(alone.walk.stretches.at(1).compression, Compression::lz4);
  EXPECT_EQ(alone.walk.stretches.at(1).size, packed.size());
  EXPECT_EQ(walk_over({packed + nuls + archive("b", "2")}).entries, (Names{"a=1", "b=2"}));
  EXPECT_EQ(walk_over({packed, packed}).entries, (Names{"a=1", "a=1"}));
  const Seen stopped = walk_over({test::newc_pad(packed) + archive("b", "2")});
  EXPECT_EQ(stopped.entries, (Names{"a=1"}));
  EXPECT_NE(stop_of(stopped).find("the lz4 data is damaged"), std::string::npos);
}

TEST(Walk, StopsAtWhatItCannotDecompressAndSaysThatTheKernelMay) {
  const Seen seen = walk_over({archive("a", "1") + "\x89LZO"});
  EXPECT_EQ(seen.entries, (Names{"a=1"}));
  ASSERT_TRUE(seen.walk.stop);
  EXPECT_TRUE(seen.walk.stop->ours);
  EXPECT_NE(stop_of(seen).find("lzo"), std::string::npos);
}

// Only the frame of lz4's first days is what Linux unpacks.
TEST(Walk, StopsAtTheFrameThatLz4WritesNowAndSaysWhatToDo) {
  const Seen seen = walk_over({archive("a", "1") + "\x04\x22\x4d\x18"});
  ASSERT_TRUE(seen.walk.stop);
  EXPECT_FALSE(seen.walk.stop->ours);
  EXPECT_NE(stop_of(seen).find("`lz4 -l`"), std::string::npos);
}

TEST(Walk, StopsAtGarbage) {
  const std::string good = archive("a", "1");
  const Seen seen = walk_over({good + "garbage"});
  ASSERT_TRUE(seen.walk.stop);
  EXPECT_FALSE(seen.walk.stop->ours);
  EXPECT_EQ(seen.walk.stop->offset, good.size());
}

TEST(Walk, StopsWhenAnArchiveIsCutShort) {
  const std::string whole = newc_entry({.name = "name", .content = "content!"});
  for (std::size_t size = 1; size < whole.size(); ++size)
    EXPECT_TRUE(walk_over({whole.substr(0, size)}).walk.stop) << size;
}

TEST(Walk, StopsAtAHeaderThatIsNone) {
  for (const char* const magic : {"070707", "070703", "07070x"}) {
    const Seen seen = walk_over({newc_entry({.name = "a", .magic = magic})});
    EXPECT_TRUE(seen.walk.stop) << magic;
    EXPECT_TRUE(seen.entries.empty());
  }
}

TEST(Walk, StopsAtAnEntryBehindBrokenPadding) {
  const std::string good = archive("a", "1");
  EXPECT_NE(stop_of(walk_over({good + '\0' + archive("b", "2")})).find("broken padding"),
            std::string::npos);
}

TEST(Walk, ChecksTheSumsOfEntriesThatHaveThem) {
  EXPECT_EQ(stop_of(walk_over({newc_entry(
                {.name = "a", .content = "ab", .check = 'a' + 'b', .magic = "070702"})})),
            "");
  EXPECT_NE(stop_of(walk_over(
                {newc_entry({.name = "a", .content = "ab", .check = 1, .magic = "070702"})})),
            "");
}

TEST(Walk, SaysWhatTheKernelPassesOver) {
  const std::string after = archive("z", "");
  EXPECT_EQ(walk_over({newc_entry({.name = "d", .content = "x", .mode = 0040755}) + after}).entries,
            (Names{"d=x (passed over)", "z="}));
  EXPECT_EQ(walk_over({newc_entry({.name = std::string(4096, 'n')}) + after}).entries,
            (Names{"= (passed over)", "z="}));
  EXPECT_EQ(
      walk_over(
          {newc_entry({.name = "l", .content = std::string(4097, 't'), .mode = 0120777}) + after})
          .entries.size(),
      2U);
}

TEST(Walk, NeverReadsBeyondTheRamdisks) {
  const std::string whole = archive("a", "1");
  const std::string image = whole + archive("b", "2");
  const RandomAccessBytes bytes(as_bytes(image));
  std::size_t entries = 0;
  const Walk seen = walk(JoinedRamdisks(bytes, {{.offset = 0, .size = whole.size()}}),
                         [&](const FoundEntry&, Source&) { ++entries; });
  EXPECT_EQ(entries, 1U);
  EXPECT_FALSE(seen.stop);
}

TEST(Walk, ListsABoundedNumberOfStreams) {
  if (!test::has_tool("gzip")) GTEST_SKIP() << "gzip is not installed";
  const std::string one = compressed("", "gzip");
  std::string many;
  for (std::size_t i = 0; i < most_stretches + 10; ++i) many += one;
  const Seen seen = walk_over({many});
  EXPECT_EQ(seen.walk.stretches.size(), most_stretches);
  ASSERT_TRUE(seen.walk.stop);
  EXPECT_TRUE(seen.walk.stop->ours);
}

TEST(Walk, EndsWhereTheListenerHasEnough) {
  const std::string archive = test::newc_entry({.name = "a", .content = "x"}) +
                              test::newc_entry({.name = "b"}) + test::newc_trailer() +
                              "\x7fgarbage";
  const RandomAccessBytes image(as_bytes(archive));
  const JoinedRamdisks joined(image, {{.offset = 0, .size = archive.size()}});
  std::vector<std::string> names;
  const Walk walk = walk_until(joined, [&](const FoundEntry& entry, Source&) {
    names.push_back(entry.name);
    return Wish::enough;
  });
  EXPECT_EQ(names, std::vector<std::string>{"a"});
  EXPECT_FALSE(walk.stop);
  EXPECT_TRUE(walk.stretches.empty());
}

TEST(JoinedRamdisks, SayWhereAByteLies) {
  const RandomAccessBytes bytes(as_bytes("0123456789"));
  const JoinedRamdisks joined(
      bytes, {{.offset = 1, .size = 3}, {.offset = 5, .size = 0}, {.offset = 6, .size = 40}});
  EXPECT_EQ(joined.size(), 7U);
  EXPECT_EQ(joined.place_of(2), (Place{.ramdisk = 0, .offset = 2}));
  EXPECT_EQ(joined.place_of(3), (Place{.ramdisk = 2, .offset = 0}));
  EXPECT_EQ(joined.place_of(7), (Place{.ramdisk = 2, .offset = 4}));
  Bytes read(20);
  read.resize(joined.read_at(1, read));
  EXPECT_EQ(as_text(read), "236789");
}

}  // namespace
}  // namespace reproduce::initramfs

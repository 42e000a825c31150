#include "reproduce/diff/images.hpp"

#include <string>

#include "diff/toy_pair.hpp"
#include "support/golden.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/report/diff.hpp"

namespace reproduce::diff {
namespace {

using test::compare;
using test::ToySpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Bytes toy() {
  return ToySpec().image().bytes();
}

/// The same with one file of the second ramdisk changed and one added.
Bytes changed_toy() {
  ToySpec spec;
  spec.entry("rootfs/app/server").content = "server, version 2";
  spec.second.push_back({.name = "rootfs/etc/motd", .content = "hello", .inode = 10});
  return spec.image().bytes();
}

std::string text_of(const Comparison& comparison, bool full = false) {
  return report::diff_text(comparison, {.full = full, .strong = [](std::string_view words) {
                                          return std::string(words);
                                        }});
}

TEST(ImageDifferences, FindsNothingInTwoCopies) {
  const Comparison comparison = compare(toy(), toy());
  EXPECT_TRUE(comparison.same);
  EXPECT_FALSE(comparison.registers_moved());
  EXPECT_FALSE(comparison.tree);
  EXPECT_THAT(comparison.headline, ElementsAre("the two files are the same, byte for byte"));
}

TEST(ImageDifferences, SaysWhyARegisterMoved) {
  const Comparison comparison = compare(toy(), changed_toy());
  EXPECT_THAT(comparison.headline,
              ElementsAre("PCR2 moved because ramdisk 1 differs: /rootfs/app/server changed and "
                          "/rootfs/etc/motd added; PCR0 follows; PCR1 is untouched"));
}

TEST(ImageDifferences, GivesOneSentenceToEachRegisterThatMovedForItself) {
  ToySpec spec;
  spec.cmdline += " debug";
  spec.entry("rootfs/app/server").mode = 0100700;
  const Comparison comparison = compare(toy(), spec.image().bytes());
  EXPECT_THAT(comparison.headline,
              ElementsAre("PCR1 moved because cmdline differs: 'debug' added",
                          "PCR2 moved because ramdisk 1 differs: the mode of /rootfs/app/server "
                          "(0755 -> 0700); PCR0 follows"));
}

TEST(ImageDifferences, KnowsWhereASectionDiffers) {
  ToySpec spec;
  spec.kernel[10] = 'x';
  spec.kernel[11] = 'x';
  const Comparison comparison = compare(toy(), spec.image().bytes());
  ASSERT_EQ(comparison.sections.size(), 5U);
  EXPECT_THAT(comparison.sections[0].ranges, ElementsAre(DifferingRange{.offset = 10, .size = 2}));
  EXPECT_EQ(comparison.sections[1].state, State::same);
}

TEST(ImageDifferences, KeepsInodeNumbersQuietWhenAnEntryWasAddedInFront) {
  ToySpec spec;
  for (auto& entry : spec.second) ++entry.inode;
  spec.second.insert(spec.second.begin() + 1, {.name = "rootfs/a", .inode = 2});
  const Comparison comparison = compare(toy(), spec.image().bytes());
  EXPECT_THAT(comparison.headline,
              ElementsAre("PCR2 moved because ramdisk 1 differs: /rootfs/a added; PCR0 follows; "
                          "PCR1 is untouched"));
  EXPECT_THAT(text_of(comparison), HasSubstr("... 9 differ in inode number"));
}

TEST(ImageDifferences, SaysTheFirstByteOfAContentThatDiffers) {
  const Comparison comparison = compare(toy(), changed_toy());
  ASSERT_EQ(comparison.tree->contents.size(), 1U);
  EXPECT_EQ(comparison.tree->contents[0].first_difference, 16U);
  EXPECT_THAT(text_of(comparison),
              HasSubstr("~ /rootfs/app/server  content 17 bytes, from byte 16 on\n"));
}

TEST(ImageDifferences, FindsAHardLinkedFileUnchangedWhoeverHasItsBytes) {
  const auto image = [](bool first_has_them) {
    ToySpec spec;
    spec.second = {{.name = "a", .content = first_has_them ? "data" : "", .inode = 5, .links = 2},
                   {.name = "b", .content = first_has_them ? "" : "data", .inode = 5, .links = 2}};
    return spec.image().bytes();
  };
  const Comparison comparison = compare(image(true), image(false));
  ASSERT_TRUE(comparison.tree);
  for (const EntryPair& pair : comparison.tree->pairs) EXPECT_FALSE(pair.has(Aspect::content));
  EXPECT_THAT(text_of(comparison), HasSubstr("hard links"));
}

TEST(ImageDifferences, ShowsTwentyEntriesUnlessAskedForAll) {
  ToySpec spec;
  for (int i = 0; i < 30; ++i) spec.second.push_back({.name = "rootfs/new" + std::to_string(i)});
  const Comparison comparison = compare(toy(), spec.image().bytes());
  EXPECT_THAT(text_of(comparison), HasSubstr("... and 10 more (--full shows all)"));
  EXPECT_THAT(text_of(comparison, true), HasSubstr("+ /rootfs/new29"));
}

TEST(ImageDifferences, EscapesWhatAnImageSays) {
  ToySpec spec;
  spec.cmdline += " \x1b[31mred";
  spec.second.push_back({.name = "rootfs/\x1b]0;title\n`x`"});
  const Comparison comparison = compare(toy(), spec.image().bytes());
  for (const std::string& text : {text_of(comparison), report::diff_json(comparison),
                                  report::diff_markdown(comparison, true)}) {
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
    EXPECT_THAT(text, Not(HasSubstr("title\n")));
  }
  // A fence in Markdown is longer than any run of its own sign in it.
  EXPECT_THAT(report::diff_markdown(comparison, true), HasSubstr("```diff"));
}

TEST(ImageDifferences, EscapesThePathOfAFileWithACulprit) {
  ToySpec before;
  before.second.push_back({.name = "rootfs/\x1b[2J", .content = "built 2024-01-02T03:04:05Z\n"});
  ToySpec after = before;
  after.second.back().content = "built 2025-02-03T04:05:06Z\n";
  const Comparison comparison = compare(before.image().bytes(), after.image().bytes());
  ASSERT_FALSE(comparison.culprits.empty());
  EXPECT_THAT(text_of(comparison), Not(HasSubstr("\x1b")));
  EXPECT_THAT(text_of(comparison), HasSubstr("/rootfs/\\x1b[2J: "));
}

TEST(ImageDifferences, SurvivesEveryTruncationOfEitherSide) {
  const Bytes whole = toy();
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(compare(whole, cut).same) << size;
    const Comparison comparison = compare(cut, whole);
    EXPECT_FALSE(comparison.before.fault.empty()) << size;
    EXPECT_THAT(comparison.headline.front(), HasSubstr("'old.eif' is MALFORMED")) << size;
    EXPECT_FALSE(report::diff_json(comparison).empty());
  }
}

TEST(ImageDifferences, SurvivesEveryByteOfTheHeaderAndTheArchivesChanged) {
  const Bytes whole = toy();
  for (std::size_t at = 0; at < whole.size(); at += at < 548 ? 3 : 41) {
    Bytes other = whole;
    other[at] = static_cast<std::uint8_t>(other[at] ^ 0xff);
    const Comparison comparison = compare(whole, other);
    EXPECT_FALSE(comparison.same) << at;
    EXPECT_FALSE(comparison.headline.empty()) << at;
    EXPECT_FALSE(text_of(comparison).empty());
  }
}

TEST(ImageDifferences, HasItsJsonUnchanged) {
  test::expect_golden("diff.json", report::diff_json(compare(toy(), changed_toy())));
}

TEST(ImageDifferences, HasItsMarkdownUnchanged) {
  test::expect_golden("diff.md", report::diff_markdown(compare(toy(), changed_toy()), false));
}

}  // namespace
}  // namespace reproduce::diff

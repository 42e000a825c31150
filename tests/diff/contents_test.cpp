/// What differs within files: that the right bytes are compared, whatever they are packed in.

#include <sstream>

#include "toy_pair.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/report/diff.hpp"

namespace reproduce::diff {
namespace {

using test::compare;
using test::ToySpec;
using testing::ElementsAre;
using testing::HasSubstr;

/// A pair of images with one text that differs in its second line.
Comparison of_texts(bool packed_before, bool packed_after) {
  ToySpec before;
  before.entry("rootfs/etc/hosts").content = "one\ntwo\nthree\n";
  before.packed = packed_before;
  ToySpec after;
  after.entry("rootfs/etc/hosts").content = "one\n2\nthree\n";
  after.packed = packed_after;
  return compare(before.image().bytes(), after.image().bytes());
}

TEST(ContentsOfFiles, AreComparedWhateverTheirRamdisksArePackedIn) {
  for (const bool before : {false, true})
    for (const bool after : {false, true}) {
      const Comparison comparison = of_texts(before, after);
      ASSERT_TRUE(comparison.tree);
      ASSERT_EQ(comparison.tree->contents.size(), 1U);
      const auto& difference = comparison.tree->contents[0].difference;
      ASSERT_TRUE(difference);
      EXPECT_THAT(difference->lines,
                  ElementsAre("@@ -1,3 +1,3 @@", " one", "-two", "+2", " three"));
    }
}

TEST(ContentsOfFiles, AreThoseOfTheLinkThatHasTheBytes) {
  const auto image = [](const std::string& content) {
    ToySpec spec;
    spec.second = {{.name = "a", .content = "", .inode = 5, .links = 2},
                   {.name = "b", .content = content, .inode = 5, .links = 2}};
    return spec.image().bytes();
  };
  const Comparison comparison = compare(image("one\n"), image("two\n"));
  ASSERT_TRUE(comparison.tree);
  ASSERT_EQ(comparison.tree->contents.size(), 2U);
  for (const ContentChange& change : comparison.tree->contents) {
    ASSERT_TRUE(change.difference);
    EXPECT_THAT(change.difference->lines, ElementsAre("@@ -1 +1 @@", "-one", "+two"));
  }
}

TEST(ContentsOfFiles, AreLookedIntoForTheFirstFiftyOnly) {
  const auto image = [](const std::string& content) {
    ToySpec spec;
    for (int i = 0; i < 60; ++i)
      spec.second.push_back({.name = "rootfs/f" + std::to_string(i), .content = content});
    return spec.image().bytes();
  };
  const Comparison comparison = compare(image("one\n"), image("two\n"));
  std::size_t looked_into = 0;
  for (const ContentChange& change : comparison.tree->contents)
    if (change.difference) ++looked_into;
  EXPECT_EQ(comparison.tree->contents.size(), 60U);
  EXPECT_EQ(looked_into, most_looked_into);
}

TEST(ContentsOfFiles, GiveTheirCulpritsToTheComparisonOnceEach) {
  ToySpec before;
  before.entry("rootfs/etc/hosts").content = "built 2024-01-02\n";
  before.entry("rootfs/etc/passwd").content = "built 2024-01-02\n";
  ToySpec after;
  after.entry("rootfs/etc/hosts").content = "built 2025-01-02\n";
  after.entry("rootfs/etc/passwd").content = "built 2025-01-02\n";
  const Comparison comparison = compare(before.image().bytes(), after.image().bytes());
  ASSERT_EQ(comparison.culprits.size(), 1U);
  EXPECT_EQ(comparison.culprits[0].name, "embedded-time");
  EXPECT_THAT(comparison.culprits[0].words,
              HasSubstr("/rootfs/etc/hosts and 1 other file: the content holds the time"));
  EXPECT_THAT(comparison.culprits[0].advice, HasSubstr("SOURCE_DATE_EPOCH"));
}

TEST(ContentsOfFiles, StandBelowTheirEntriesInTheTextAndWhollyWithFull) {
  const Comparison comparison = of_texts(false, false);
  const auto strong = [](std::string_view text) { return std::string(text); };
  const std::string brief = report::diff_text(comparison, {.full = false, .strong = strong});
  EXPECT_THAT(brief, HasSubstr("\n      text: 1 line removed, 1 added\n"));
  EXPECT_THAT(brief, testing::Not(HasSubstr("-two")));
  EXPECT_THAT(report::diff_text(comparison, {.full = true, .strong = strong}),
              HasSubstr("\n      -two\n      +2\n"));
  EXPECT_THAT(report::diff_json(comparison), HasSubstr("\"-two\""));
  EXPECT_THAT(report::diff_html(comparison), HasSubstr("\"-two\""));
}

TEST(ContentsOfFiles, KeepTabsAndBackslashesAndNothingElseThatMovesACursor) {
  ToySpec before;
  before.entry("rootfs/etc/hosts").content = "\ta\\b\x1b[2J \xe2\x80\xae\n";
  const Comparison comparison = compare(before.image().bytes(), ToySpec().image().bytes());
  const std::string text = report::diff_text(
      comparison,
      {.full = true, .strong = [](std::string_view words) { return std::string(words); }});
  EXPECT_THAT(text, HasSubstr("-\ta\\b\\x1b[2J "));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
}

}  // namespace
}  // namespace reproduce::diff

#include <random>

#include "compared.hpp"

namespace reproduce::content {
namespace {

using test::compared;
using test::culprits;
using test::joined;

std::string random_text(std::mt19937& random, std::size_t lines) {
  std::string text;
  for (std::size_t i = 0; i < lines; ++i) text += "line " + std::to_string(random() % 40) + "\n";
  if (random() % 4 == 0 && !text.empty()) text.pop_back();
  return text;
}

std::string changed_text(std::mt19937& random, const std::string& text) {
  std::string changed;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t feed = std::min(text.find('\n', at), text.size() - 1);
    const std::string line = text.substr(at, feed + 1 - at);
    at = feed + 1;
    const auto dice = random() % 20;
    if (dice == 0) continue;
    if (dice == 1) changed += "new " + std::to_string(random() % 40) + "\n";
    changed += line;
  }
  return changed;
}

Limits without_limits() {
  Limits limits;
  limits.lines = 100'000;
  return limits;
}

std::size_t edits_in(const std::string& diff) {
  std::size_t count = 0;
  std::istringstream stream(diff);
  for (std::string line; std::getline(stream, line);)
    if (!line.starts_with("---") && !line.starts_with("+++") &&
        (line.starts_with("-") || line.starts_with("+")))
      ++count;
  return count;
}

TEST(TextDifference, IsWhatGnuDiffPrintsForOneChangedLine) {
  const Difference difference =
      compared("etc/motd", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n");
  EXPECT_EQ(difference.form, Form::text);
  EXPECT_EQ(joined(difference), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
  EXPECT_EQ(difference.summary, "text: 1 line removed, 1 added");
  EXPECT_FALSE(difference.shortened);
}

TEST(TextDifference, IsAcceptedByPatchAndAsShortAsGnuDiffsForRandomTexts) {
  if (!reproduce::test::has_tool("patch") || !reproduce::test::has_tool("diff")) GTEST_SKIP();
  const reproduce::test::TempDir folder;
  std::mt19937 random(5);
  for (int round = 0; round < 60; ++round) {
    const std::string before = random_text(random, random() % 120);
    const std::string after =
        round % 5 == 0 ? random_text(random, random() % 60) : changed_text(random, before);
    if (before == after) continue;
    const Difference difference = compared("a", before, after, without_limits());
    ASSERT_EQ(difference.form, Form::text) << difference.summary;
    folder.write("before", before);
    folder.write("after", after);
    folder.write("ours", "--- before\n+++ before\n" + joined(difference));
    test::shell(folder.path(),
                "rm -f out; patch -s -o out before ours && cmp out after; diff -d -u before "
                "after > theirs || true");
    const Bytes theirs = reproduce::test::slurp(folder.path() / "theirs");
    ASSERT_EQ(edits_in(joined(difference)), edits_in(std::string(as_text(theirs)))) << round;
  }
}

TEST(TextDifference, HasTheHeadingsThatGnuDiffWritesForLinesAddedAndRemoved) {
  EXPECT_EQ(joined(compared("a", "", "1\n2\n")), "@@ -0,0 +1,2 @@\n+1\n+2\n");
  EXPECT_EQ(joined(compared("a", "1\n", "")), "@@ -1 +0,0 @@\n-1\n");
  EXPECT_EQ(joined(compared("a", "1", "1\n")),
            "@@ -1 +1 @@\n-1\n\\ No newline at end of file\n+1\n");
}

TEST(TextDifference, TakesUtf8ForTextAndAllElseForBytes) {
  EXPECT_EQ(compared("a", "gr\xc3\xbc\xc3\x9f\n", "gr\xc3\xbc\n").form, Form::text);
  EXPECT_EQ(compared("a", "gr\xfc\xdf\n", "gr\xfc\n").form, Form::bytes);
  EXPECT_EQ(compared("a", std::string_view("a\0b", 3), "ab").form, Form::bytes);
  EXPECT_EQ(compared("a", "a\x01", "b\x01").form, Form::bytes);
}

TEST(TextDifference, SaysNothingDiffersForTheSameBytes) {
  const Difference difference = compared("etc/machine-id", "same\n", "same\n");
  EXPECT_EQ(difference.form, Form::same);
  EXPECT_EQ(culprits(difference), "");
}

TEST(TextDifference, CutsLongLinesBetweenCharactersAndSaysSo) {
  Limits limits;
  limits.line_bytes = 4;
  const Difference difference = compared("a", "abc\xc3\xa4z\n", "q\n", limits);
  EXPECT_EQ(difference.lines.at(1), "-abc");
  EXPECT_TRUE(difference.shortened);
}

TEST(TextDifference, KeepsToTheNumberOfLinesAndSaysSo) {
  Limits limits;
  limits.lines = 3;
  const Difference difference = compared("a", "1\n2\n3\n4\n", "a\nb\nc\nd\n", limits);
  EXPECT_EQ(difference.lines.size(), 3u);
  EXPECT_TRUE(difference.shortened);
}

TEST(TextCulprits, NamesTheDayInShadowOnlyWhenNothingElseDiffers) {
  const char* before = "root:*:19000:0:99999:7:::\napp:!:19000:0:99999:7:::\n";
  EXPECT_EQ(culprits(compared("rootfs/etc/shadow", before,
                              "root:*:19001:0:99999:7:::\napp:!:19001:0:99999:7:::\n")),
            "shadow-day");
  EXPECT_EQ(culprits(compared("rootfs/etc/shadow", before,
                              "root:x:19001:0:99999:7:::\napp:!:19001:0:99999:7:::\n")),
            "");
  EXPECT_EQ(culprits(compared("etc/other", "a:b:1:c\n", "a:b:2:c\n")), "");
}

TEST(TextCulprits, NamesTheOrderOfLines) {
  const Difference difference = compared("list", "b\na\nc\n", "a\nb\nc\n");
  EXPECT_EQ(culprits(difference), "line-order");
  EXPECT_NE(difference.summary.find("the same lines"), std::string::npos);
}

TEST(TextCulprits, NamesTimesAndBuildPathsWhenTheyExplainLines) {
  EXPECT_EQ(culprits(compared("a", "built 2024-01-02T03:04:05Z\n", "built 2025-11-12 01:02:03Z\n")),
            "embedded-time");
  EXPECT_EQ(culprits(compared("a", "from /build/a1/src/x.c\n", "from /build/zz/src/x.c\n")),
            "build-path");
  EXPECT_EQ(culprits(compared("a", "one\n", "two\n")), "");
}

TEST(TextCulprits, NamesKeysAndIdentitiesThatAreMadeAnew) {
  EXPECT_EQ(culprits(compared("rootfs/etc/machine-id", "0a\n", "0b\n")), "generated-secret");
  EXPECT_EQ(culprits(compared("rootfs/etc/ssh/ssh_host_rsa_key.pub", "x\n", "y\n")),
            "generated-secret");
  EXPECT_EQ(culprits(compared("app/tls.key", "-----BEGIN PRIVATE KEY-----\nA\n",
                              "-----BEGIN PRIVATE KEY-----\nB\n")),
            "generated-secret");
  EXPECT_EQ(culprits(compared("etc/not-machine-id", "0a\n", "0b\n")), "");
}

TEST(Culprits, HaveAWordAnExplanationAndARemedyEach) {
  std::vector<std::string_view> names;
  for (const Culprit culprit : all_culprits()) {
    names.push_back(name_of(culprit));
    EXPECT_GT(explanation_of(culprit).size(), 20u) << names.back();
    EXPECT_GT(remedy_of(culprit).size(), 20u) << names.back();
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace reproduce::content

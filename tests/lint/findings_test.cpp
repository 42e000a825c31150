#include "reproduce/lint/findings.hpp"

#include <algorithm>
#include <string>

#include "planned.hpp"
#include "support/refusal.hpp"

#include "reproduce/base/error.hpp"

namespace reproduce::lint {
namespace {

/// One finding of each kind but mutable-tag.
Planned everything_wrong() {
  Planned planned;
  planned.file("rootfs/bin/su", "x", 04755).file("rootfs/open", "x", 0666);
  planned.file("rootfs/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
  planned.file("rootfs/etc/shadow", "root:*:19700:0:99999:7:::\n");
  planned.file("rootfs/etc/ssh/ssh_host_rsa_key", "secret");
  planned.file("rootfs/var/lib/systemd/random-seed", "seed");
  planned.file("rootfs/var/log/dpkg.log", "2026-01-01 install");
  planned.file("rootfs/bin/script", "#!/home/me/bin/python\n", 0755);
  planned.file("rootfs/a/__pycache__/m.pyc",
               std::string("\x6f\x0d\r\n\0\0\0\0\1\0\0\0\0\0\0\0", 16));
  planned.losses = {
      {"rootfs/bin/ping", "extended attribute security.capability", layers::LossKind::attribute},
      {"rootfs/dev/a", "hard link to a fifo", layers::LossKind::hard_link},
      {"rootfs", "mode and owner of the root folder", layers::LossKind::other}};
  planned.newest = {{1'800'000'000, "rootfs/open"}};
  return planned;
}

constexpr const char* image_of_2020 = "source_date_epoch = 1577836800";
constexpr const char* tag = "[[ramdisk]]\n[[ramdisk.layer]]\noci = 'docker://h/name:latest'\n";

TEST(LintFindings, EachNameIsFoundOnceInAnImageThatHasEverything) {
  const Findings findings = everything_wrong().look(tag, image_of_2020);
  for (const Rule rule : all_rules) EXPECT_EQ(findings.count(rule), 1U) << name_of(rule);
}

TEST(LintFindings, EachNameCanBeAllowedAndNothingElseGoesWithIt) {
  for (const Rule rule : all_rules) {
    const std::string allow = "[lint]\nallow = ['" + std::string(name_of(rule)) + "']\n";
    const Findings findings = everything_wrong().look(tag + allow, image_of_2020);
    EXPECT_EQ(findings.count(rule), 0U) << name_of(rule);
    EXPECT_EQ(findings.sentences().size(), all_rules.size() - 1) << name_of(rule);
  }
}

TEST(LintFindings, NamesAndRulesAreOneToOne) {
  for (const Rule rule : all_rules) EXPECT_EQ(rule_named(name_of(rule)), rule);
  EXPECT_EQ(rule_named(""), std::nullopt);
  EXPECT_EQ(rule_named("Setuid"), std::nullopt);
}

TEST(LintFindings, PatternsAllowSomePathsOfAName) {
  Planned planned;
  planned.file("rootfs/bin/su", "", 04755).file("rootfs/usr/bin/sudo", "", 04755);
  EXPECT_EQ(planned.paths(Rule::setuid, "[lint.allow]\nsetuid = ['/rootfs/bin/*']\n"),
            Paths{"rootfs/usr/bin/sudo"});
  EXPECT_EQ(planned.paths(Rule::setuid, "[lint.allow]\nsetuid = ['**/su']\n"),
            Paths{"rootfs/usr/bin/sudo"});
  EXPECT_EQ(planned.paths(Rule::setuid, "[lint.allow]\nsetuid = ['**/su', '**/sudo']\n"), Paths{});
  EXPECT_EQ(planned.paths(Rule::setuid, "[lint.allow]\nworld-writable = ['**']\n").size(), 2U);
}

TEST(LintFindings, AnUnknownNameIsAnErrorWithTheNearestOne) {
  const Error error =
      test::refusal_of([] { (void)Planned().look("[lint]\nallow = ['machin-id']\n"); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.context().file, "enclave.toml");
  EXPECT_NE(error.context().hint.find("`machine-id`"), std::string::npos) << error.context().hint;
}

TEST(LintFindings, ABrokenPatternIsAnErrorBeforeAnythingIsFound) {
  const Error error =
      test::refusal_of([] { (void)Planned().look("[lint.allow]\nsetuid = ['bin/[a']\n"); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
}

TEST(LintFindings, OnlyTheFirstFiveOfANameAreToldAndTheOthersCounted) {
  Planned planned;
  for (int i = 0; i < 12; ++i) planned.file("f" + std::to_string(10 + i), "", 0666);
  const auto sentences = planned.all();
  ASSERT_EQ(sentences.size(), 6U);
  EXPECT_TRUE(sentences.front().starts_with("world-writable: '/f10' in ramdisk 1 can be written"));
  EXPECT_EQ(sentences.back(), "world-writable: 7 more like these");
}

TEST(LintFindings, TextOfTheImageCannotForgeALineOfOutput) {
  Planned planned;
  planned.file("a\nwarning: \x1b[31m", "", 0666);
  planned.file("etc/shadow", "ro\not:*:1\x1b[0m9:\nx\x1b[1m:*:77\x07:\n");
  planned.file("s", "#!/home/\x1b[2J\n", 0755);
  planned.losses = {{"p", "extended attribute \x1b]0;x", layers::LossKind::attribute}};
  const auto sentences = planned.all();
  EXPECT_EQ(sentences.size(), 4U);
  for (const std::string& sentence : sentences)
    EXPECT_TRUE(std::all_of(sentence.begin(), sentence.end(), [](char c) {
      return c >= ' ' && c != '\x7f';
    })) << sentence;
}

TEST(LintFindings, RefusingListsThemAndSaysHowMany) {
  Planned planned;
  planned.file("bin/su", "", 04755).file("open", "", 0666);
  const Findings findings = planned.look();
  const Error error = test::refusal_of([&] { findings.refuse_any(); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_NE(std::string(error.what()).find("2 findings"), std::string::npos);
  EXPECT_NE(error.context().got.find("setuid: '/bin/su'"), std::string::npos);
  EXPECT_NE(error.context().got.find("world-writable: '/open'"), std::string::npos);
  EXPECT_NO_THROW(Planned().look().refuse_any());
}

}  // namespace
}  // namespace reproduce::lint

#include "planned.hpp"

namespace reproduce::lint {
namespace {

TEST(LintContents, AMachineIdIsFoundUnlessItIsEmptyOrUninitialized) {
  const auto count = [](const std::string& path, const std::string& text) {
    return Planned().file(path, text).look().count(Rule::machine_id);
  };
  EXPECT_EQ(count("rootfs/etc/machine-id", "0123456789abcdef0123456789abcdef\n"), 1U);
  EXPECT_EQ(count("var/lib/dbus/machine-id", "0\n"), 1U);
  EXPECT_EQ(count("etc/machine-id", ""), 0U);
  EXPECT_EQ(count("etc/machine-id", "uninitialized\n"), 0U);
  EXPECT_EQ(count("srv/machine-id", "0123456789abcdef0123456789abcdef\n"), 0U);
}

std::uint64_t shadow_days(const std::string& text, const std::string& image = "") {
  return Planned().file("rootfs/etc/shadow", text).look("", image).count(Rule::shadow_day);
}

TEST(LintContents, ADayInAShadowFileIsFound) {
  EXPECT_EQ(shadow_days("root:*:19700:0:99999:7:::\n"), 1U);
  EXPECT_EQ(shadow_days("a:*::0:::::\nb:!:0:::\nc:x:1"), 1U);
  EXPECT_EQ(Planned().file("etc/shadow-", "r:*:5:").look().count(Rule::shadow_day), 1U);
  EXPECT_EQ(Planned().file("etc/gshadow", "r:*:5:").look().count(Rule::shadow_day), 0U);
}

TEST(LintContents, AShadowFileWithoutDaysIsNotFound) {
  EXPECT_EQ(shadow_days("root:*::0:99999:7:::\nbin:!:0:::::\n"), 0U);
  EXPECT_EQ(shadow_days(""), 0U);
  EXPECT_EQ(shadow_days("\n\n::\nroot\nroot:\nroot:*"), 0U);
}

TEST(LintContents, TheDayOfTheEpochIsNoneOfTheMakersClock) {
  EXPECT_EQ(shadow_days("root:*:19700:\n", "source_date_epoch = 1702080000"), 0U);
  EXPECT_EQ(shadow_days("root:*:19700:\n", "source_date_epoch = 1702166399"), 0U);
  EXPECT_EQ(shadow_days("root:*:19700:\n", "source_date_epoch = 1702166400"), 1U);
}

/// Python's magic number, flags, and eight bytes that the flags give a meaning to.
std::string pyc(std::uint16_t magic, char flags) {
  std::string head{static_cast<char>(magic & 0xff),
                   static_cast<char>(magic >> 8),
                   '\r',
                   '\n',
                   flags,
                   0,
                   0,
                   0,
                   1,
                   0,
                   0,
                   0,
                   9,
                   0,
                   0,
                   0};
  return head + "code";
}

std::uint64_t pycs(const std::string& path, const std::string& content) {
  return Planned().file(path, content).look().count(Rule::pyc_timestamp);
}

TEST(LintContents, CompiledPythonHeldToATimeIsFound) {
  EXPECT_EQ(pycs("usr/lib/x/__pycache__/m.cpython-311.pyc", pyc(3495, 0)), 1U);
  EXPECT_EQ(pycs("__pycache__/m.pyc", pyc(3379, 5)), 1U) << "Python 3.6 has no flags";
}

TEST(LintContents, CompiledPythonHeldToAHashAndOtherFilesAreNotFound) {
  EXPECT_EQ(pycs("__pycache__/m.pyc", pyc(3495, 1)), 0U);
  EXPECT_EQ(pycs("__pycache__/m.pyc", pyc(3495, 3)), 0U);
  EXPECT_EQ(pycs("lib/m.pyc", pyc(3495, 0)), 0U);
  EXPECT_EQ(pycs("__pycache__/m.txt", pyc(3495, 0)), 0U);
  EXPECT_EQ(pycs("__pycache__/m.pyc", "text and no compiled file"), 0U);
}

TEST(LintContents, ACompiledFileMayEndAnywhere) {
  const std::string whole = pyc(3495, 0);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(pycs("__pycache__/m.pyc", whole.substr(0, size)), size < 12 ? 0U : 1U) << size;
}

/// What lint says of the executable `text` at /rootfs/bin/tool beside /rootfs/bin/sh.
std::vector<std::string> tool(const std::string& text, bool are_all = true) {
  Planned planned;
  planned.are_all = are_all;
  planned.file("rootfs/usr/bin/sh", "").symlink("rootfs/bin", "usr/bin");
  planned.file("rootfs/home/app/venv/python", "").file("rootfs/srv/tool", text, 0755);
  return planned.all();
}

TEST(LintContents, AScriptWhoseInterpreterIsNotInTheImageIsFound) {
  EXPECT_EQ(tool("#!/usr/bin/python3\n").size(), 1U);
  EXPECT_EQ(tool("#! \t/opt/x y\nmore").size(), 1U);
  EXPECT_EQ(tool("#!/home/me/venv/bin/python").size(), 1U);
  EXPECT_EQ(tool("#!/usr/bin/sh/x\n").size(), 1U);
  EXPECT_NE(tool("#!/home/me/p\n").at(0).find("a place of the machine that built it"),
            std::string::npos);
}

TEST(LintContents, AScriptWhoseInterpreterIsThereIsNotFound) {
  EXPECT_EQ(tool("#!/usr/bin/sh\n").size(), 0U);
  EXPECT_EQ(tool("#!/bin/sh -e\n").size(), 0U) << "/bin is a symlink";
  EXPECT_EQ(tool("#!/home/app/venv/python\n").size(), 0U) << "the image brings it";
  EXPECT_EQ(tool("#!sh\n").size(), 0U);
  EXPECT_EQ(tool("#!\n/none").size(), 0U);
  EXPECT_EQ(tool("#!").size(), 0U);
  EXPECT_EQ(tool("echo /home/me").size(), 0U);
  EXPECT_EQ(tool("").size(), 0U);
}

TEST(LintContents, BesideARawRamdiskOnlyPlacesOfTheHostAreFound) {
  EXPECT_EQ(tool("#!/usr/bin/python3\n", false).size(), 0U);
  EXPECT_EQ(tool("#!/tmp/build/python\n", false).size(), 1U);
  EXPECT_EQ(tool("#!/tmpfile\n", false).size(), 0U);
}

TEST(LintContents, OnlyFilesThatCanBeRunAreOpened) {
  Planned planned;
  planned.file("doc", "#!/home/me/x\n", 0644).file("run", "#!/home/me/x\n", 0711);
  EXPECT_EQ(planned.paths(Rule::host_path), Paths{"run"});
}

TEST(LintContents, ALongInterpreterIsCutWhereTheKernelCutsIt) {
  const auto sentences = tool("#!/" + std::string(100'000, 'x'));
  ASSERT_EQ(sentences.size(), 1U);
  EXPECT_LT(sentences[0].size(), 500U);
}

TEST(LintContents, SymlinksToPlacesOfTheHostAreFoundAndOthersNot) {
  Planned planned;
  planned.symlink("rootfs/a", "/home/me/file").symlink("rootfs/b", "/etc/alternatives/none");
  planned.symlink("rootfs/c", "../../home/me").symlink("rootfs/d", "/homes/me");
  planned.symlink("rootfs/e", "/root").folder("rootfs/root", 0700);
  EXPECT_EQ(planned.paths(Rule::host_path), Paths{"rootfs/a"});
}

TEST(LintContents, SymlinksInCirclesEnd) {
  Planned planned;
  planned.symlink("a", "b").symlink("b", "a").symlink("c", "/c/c/c");
  planned.file("run", "#!/a/x\n", 0755).file("run2", "#!/c/x\n", 0755);
  EXPECT_EQ(planned.paths(Rule::host_path), (Paths{"run", "run2"}));
}

}  // namespace
}  // namespace reproduce::lint

#include "reproduce/fetch/program.hpp"

#include <string>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

namespace reproduce::fetch {
namespace {

using test::refusal_of;
using test::TempDir;

Output shell(const std::string& script, const Programs& programs = {}) {
  const TempDir temp;
  return run_program({.program = "sh", .arguments = {"-c", script}, .folder = temp.path()},
                     programs);
}

TEST(RunProgram, GivesItsOutputAndItsExitStatus) {
  const Output output = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(as_text(output.out), "out\n");
  EXPECT_EQ(output.errors, "err\n");
  EXPECT_EQ(output.exit_status, 3);
  EXPECT_EQ(shell("kill -9 $$").exit_status, 137);
}

TEST(RunProgram, PassesWordsAsTheyAre) {
  const TempDir temp;
  const Output output = run_program({.program = "printf",
                                     .arguments = {"<%s>", "a b", "$HOME", "*", "", "'\"\\"},
                                     .folder = temp.path()},
                                    {});
  EXPECT_EQ(as_text(output.out), "<a b><$HOME><*><><'\"\\>");
}

TEST(RunProgram, GivesTheEnvironmentItIsGivenAndNoOther) {
  Programs programs;
  programs.environment = {"HOME=/h", "LANG=de_DE.UTF-8", "LC_TIME=de_DE.UTF-8"};
  const Output output =
      shell("env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= | sort", programs);
  EXPECT_EQ(as_text(output.out), "HOME=/h\nLC_ALL=C.UTF-8\n");
}

TEST(RunProgram, RunsInItsFolderWithNothingToRead) {
  const TempDir temp;
  temp.write("mark", "");
  const Output output =
      run_program({.program = "sh", .arguments = {"-c", "ls; cat"}, .folder = temp.path()}, {});
  EXPECT_EQ(as_text(output.out), "mark\n");
}

TEST(RunProgram, ReadsBothStreamsHoweverMuchComes) {
  const Output output =
      shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo end >&2");
  EXPECT_EQ(output.out.size(), 3'000'000U);
  EXPECT_EQ(output.errors.size(), 8192U);
  EXPECT_TRUE(output.errors.ends_with("end\n"));
}

TEST(RunProgram, EndsWhatTakesTooLong) {
  Programs programs;
  programs.time_limit = std::chrono::seconds(1);
  EXPECT_STREQ(refusal_of([&] { (void)shell("exec sleep 30", programs); }).what(),
               "the program takes too long");
}

TEST(RunProgram, EndsWhatSaysTooMuch) {
  EXPECT_EQ(test::kind_of([] { (void)shell("exec cat /dev/zero"); }), ErrorKind::malformed);
}

TEST(RunProgram, SaysWhatIsNotInstalled) {
  const TempDir temp;
  const Error error = refusal_of([&] {
    (void)run_program({.program = "no-such-program",
                       .arguments = {},
                       .folder = temp.path(),
                       .hint_when_missing = "get it"},
                      {});
  });
  EXPECT_STREQ(error.what(), "the program 'no-such-program' is not installed");
  EXPECT_EQ(error.context().hint, "get it");
}

TEST(RunProgram, SumsUpErrors) {
  EXPECT_EQ(summary_of("W: unsandboxed\nE: no\x1b[1m\n\ntime=\"x\" level=fatal msg=\"bad\"\n"),
            "E: no\\x1b[1m; bad\"");
}

}  // namespace
}  // namespace reproduce::fetch

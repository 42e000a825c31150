#include "reproduce/sandbox/command.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/kernel.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>
#include <seccomp.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::sandbox {
namespace {

/// Runs shell scripts in a folder of their own and keeps what they print.
class Command : public ::testing::Test {
 protected:
  CommandSpec script(const std::string& text) {
    std::filesystem::create_directories(work());
    return {.argv = {"sh", "-c", text}, .folder = work(), .temporary = home_.path()};
  }

  [[nodiscard]] std::filesystem::path work() const { return folder_.path() / "work"; }

  /// What `spec` prints.
  std::string output_of(CommandSpec spec) {
    const std::filesystem::path path = folder_.path() / "output";
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    spec.output = fd.get();
    report_ = run_command(spec);
    return std::string(as_text(test::slurp(path)));
  }

  Error error_of(CommandSpec spec) {
    const UniqueFd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    spec.output = null.get();
    try {
      (void)run_command(spec);
    } catch (const Error& error) {
      return error;
    }
    return {ErrorKind::bug, "nothing was thrown"};
  }

  test::TempDir folder_;
  test::TempDir home_;
  Report report_;
};

TEST_F(Command, BothStreamsGoToTheGivenDescriptor) {
  EXPECT_EQ(output_of(script("echo one; echo two >&2")), "one\ntwo\n");
}

TEST_F(Command, TheEnvironmentIsExactlyWhatIsDocumented) {
  CommandSpec spec = script("/usr/bin/env -u PWD -u _ -u SHLVL | sort");
  spec.argv = {"env"};
  spec.source_date_epoch = 1234567890;
  spec.environment = {{"A_B", "x y"}};
  const std::string text = output_of(spec);
  const std::string home = text.substr(
      text.find("HOME=") + 5, text.find('\n', text.find("HOME=")) - text.find("HOME=") - 5);
  EXPECT_TRUE(home.starts_with(home_.path().string() + "/")) << text;
  EXPECT_EQ(text, "A_B=x y\nHOME=" + home +
                      "\nLC_ALL=C.UTF-8\n"
                      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                      "SOURCE_DATE_EPOCH=1234567890\nTMPDIR=" +
                      home + "\nTZ=UTC\n");
}

TEST_F(Command, ADeclaredVariableWins) {
  CommandSpec spec = script("echo $TZ");
  spec.environment = {{"TZ", "Asia/Tokyo"}};
  EXPECT_EQ(output_of(spec), "Asia/Tokyo\n");
}

TEST_F(Command, ItRunsInItsFolderWithAFixedUmaskAndNoInput) {
  const mode_t before = ::umask(0);
  EXPECT_EQ(output_of(script("pwd; umask; cat")), work().string() + "\n0022\n");
  ::umask(before);
}

TEST_F(Command, TheHomeIsUsableAndGoneAfterwards) {
  EXPECT_EQ(output_of(script("echo x >$HOME/file && mktemp >/dev/null && echo good")), "good\n");
  EXPECT_TRUE(std::filesystem::is_empty(home_.path()));
}

TEST_F(Command, WhatItMakesBelongsToTheCaller) {
  (void)output_of(script("echo made >file"));
  EXPECT_EQ(as_text(test::slurp(work() / "file")), "made\n");
  EXPECT_TRUE(std::filesystem::remove(work() / "file"));
}

TEST_F(Command, NoDescriptorIsInherited) {
  const UniqueFd open(::open("/dev/null", O_RDONLY));  // stays open on exec
  EXPECT_EQ(output_of(script(
                "for i in 3 4 5 6 7 8 9; do { true <&$i; } 2>/dev/null && echo $i; done; :")),
            "");
}

TEST_F(Command, AnExitStatusIsAnErrorThatNamesCommandAndStatus) {
  const Error error = error_of(script("exit 3"));
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "the command `sh -c exit 3` failed");
  EXPECT_EQ(error.context().got, "exit status 3");
  EXPECT_NE(error.context().hint, "");
}

TEST_F(Command, ASignalIsNamed) {
  EXPECT_EQ(error_of(script("kill -SEGV $$")).context().got, "SIGSEGV (Segmentation fault)");
}

TEST_F(Command, AProgramThatIsNotThereIsNamed) {
  CommandSpec spec = script("");
  spec.argv = {"no-such-program"};
  const Error error = error_of(spec);
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "cannot run the command `no-such-program`: No such file or directory");
}

TEST_F(Command, AFolderThatIsNotThereIsAnError) {
  CommandSpec spec = script("true");
  spec.folder = "/no/such/folder";
  EXPECT_EQ(error_of(spec).kind(), ErrorKind::environment);
}

TEST_F(Command, ImpossibleCommandsAreRefused) {
  CommandSpec no_program = script("");
  no_program.argv = {};
  EXPECT_EQ(error_of(no_program).kind(), ErrorKind::usage);
  CommandSpec nul = script(std::string("a\0b", 3));
  EXPECT_EQ(error_of(nul).kind(), ErrorKind::usage);
  for (const char* name : {"", "A=B"}) {
    CommandSpec bad_name = script("true");
    bad_name.environment = {{name, "x"}};
    EXPECT_EQ(error_of(bad_name).kind(), ErrorKind::usage) << name;
  }
}

/// The exit status of a program that tries to reach the network; python is not always there.
constexpr const char* try_network =
    "if command -v python3 >/dev/null; then "
    "python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
    "s.connect((\"192.0.2.1\", 9))' 2>/dev/null; "
    "else bash -c ': </dev/udp/192.0.2.1/9' 2>/dev/null; fi && echo reached || echo cut off";

TEST_F(Command, ThereIsNoNetworkUnlessItIsDeclared) {
  EXPECT_EQ(output_of(script(try_network)), "cut off\n");
  EXPECT_TRUE(test::holds(report_, "network name space") || test::holds(report_, "seccomp"));
}

TEST_F(Command, ADeclaredNetworkIsTheNetworkOfThisMachine) {
  const std::string here = std::filesystem::read_symlink("/proc/self/ns/net").string() + "\n";
  CommandSpec spec = script("readlink /proc/self/ns/net");
  spec.network = true;
  EXPECT_EQ(output_of(spec), here);
  spec.network = false;
  const std::string inside = output_of(spec);
  EXPECT_EQ(inside != here, test::holds(report_, "network name space"));
}

TEST_F(Command, InNameSpacesItSeesTheSameUserAndHostEverywhere) {
  const std::string seen = output_of(script("id -u; id -g; uname -n; echo $PPID"));
  if (!test::holds(report_, "user name space"))
    GTEST_SKIP() << "no user name spaces here; NOTHING IS CHECKED";
  EXPECT_EQ(seen, "1000\n1000\nreproduce\n1\n");
}

TEST_F(Command, ItHasNoCapabilitiesWhoeverRunsIt) {
  EXPECT_EQ(output_of(script("grep -E 'Cap(Inh|Prm|Eff|Amb)|NoNewPrivs' /proc/self/status")),
            "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
            "CapAmb:\t0000000000000000\nNoNewPrivs:\t1\n");
}

TEST_F(Command, WhatItLeavesRunningIsEnded) {
  int alive[2] = {-1, -1};
  ASSERT_EQ(::pipe2(alive, O_CLOEXEC), 0);
  CommandSpec spec = script("setsid sleep 60 & sleep 61 & exit 0");
  spec.output = alive[1];
  const auto start = std::chrono::steady_clock::now();
  (void)run_command(spec);
  ::close(alive[1]);
  char byte = 0;
  EXPECT_EQ(::read(alive[0], &byte, 1), 0) << "nobody holds the pipe any more";
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  ::close(alive[0]);
}

TEST_F(Command, ATimeLimitEndsItWithAllItStarted) {
  int alive[2] = {-1, -1};
  ASSERT_EQ(::pipe2(alive, O_CLOEXEC), 0);
  CommandSpec spec = script("setsid sleep 60 & sleep 61");
  spec.output = alive[1];
  spec.time_limit = std::chrono::seconds(1);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW((void)run_command(spec), Error);
  ::close(alive[1]);
  char byte = 0;
  EXPECT_EQ(::read(alive[0], &byte, 1), 0);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, std::chrono::seconds(1));
  EXPECT_LT(took, std::chrono::seconds(30));
  ::close(alive[0]);
}

/// Starts a command in a process, kills that by `signal`, and waits until all are gone.
void expect_all_gone_after(const CommandSpec& given, int signal) {
  int alive[2] = {-1, -1};
  ASSERT_EQ(::pipe2(alive, O_CLOEXEC), 0);
  const pid_t caller = ::fork();
  if (caller == 0) {
    CommandSpec spec = given;
    spec.output = alive[1];
    ::close(alive[0]);
    (void)run_command(spec);
    ::_exit(0);
  }
  ::close(alive[1]);
  char byte = 0;
  ASSERT_EQ(::read(alive[0], &byte, 1), 1) << "it has started";
  ::kill(caller, signal);
  ::waitpid(caller, nullptr, 0);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(::read(alive[0], &byte, 1), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  ::close(alive[0]);
}

TEST_F(Command, AllItStartedDiesWithTheCaller) {
  expect_all_gone_after(script("setsid sleep 60 & printf x; sleep 61"), SIGKILL);
  expect_all_gone_after(script("setsid sleep 60 & printf x; sleep 61"), SIGTERM);
}

TEST_F(Command, AllItStartedDiesWithTheCallerWithoutNameSpacesToo) {
  CommandSpec spec = script("setsid sleep 60 & printf x; sleep 61");
  spec.mode = Mode::off;
  expect_all_gone_after(spec, SIGKILL);
}

TEST_F(Command, OffPutsUpNoWalls) {
  CommandSpec spec = script("readlink /proc/self/ns/net; id -u");
  spec.mode = Mode::off;
  EXPECT_EQ(output_of(spec), std::filesystem::read_symlink("/proc/self/ns/net").string() + "\n" +
                                 std::to_string(::geteuid()) + "\n");
  EXPECT_EQ(report_, Report());
}

/// What run_command does in a process whose kernel has no name spaces: 0 when `expected` holds.
int without_name_spaces(const CommandSpec& spec, bool expected_to_run) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    (void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SYS_unshare, 0);
    if (seccomp_load(filter) != 0) ::_exit(97);
    try {
      const Report report = run_command(spec);
      const bool said = test::is_missing(report, "pid name space") &&
                        test::is_missing(report, "network name space") &&
                        test::holds(report, "seccomp");
      ::_exit(expected_to_run && said ? 0 : 1);
    } catch (const Error& error) {
      const bool named = error.context().got.find("pid name space") != std::string::npos;
      ::_exit(!expected_to_run && named && error.kind() == ErrorKind::environment ? 0 : 2);
    }
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

TEST_F(Command, AutomaticRunsWithoutNameSpacesAndSaysSo) {
  CommandSpec spec = script(std::string("[ \"$(") + try_network + ")\" = 'cut off' ]");
  EXPECT_EQ(without_name_spaces(spec, true), 0);
}

TEST_F(Command, RequireRefusesWithoutNameSpacesBeforeTheCommandStarts) {
  CommandSpec spec = script("touch started");
  spec.mode = Mode::require;
  EXPECT_EQ(without_name_spaces(spec, false), 0);
  EXPECT_FALSE(std::filesystem::exists(work() / "started"));
}

}  // namespace
}  // namespace reproduce::sandbox

#include "../../src/boot/process.hpp"

#include <array>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

namespace reproduce::boot {
namespace {

ProcessSetup shell(const std::string& script) {
  return {.words = {"/bin/sh", "-c", script}, .environment = {"PATH=/usr/bin:/bin"}};
}

int status_of(const std::string& script) {
  return Process(shell(script)).wait();
}

TEST(BootProcess, TellsHowItsProgramEnds) {
  EXPECT_EQ(status_of("exit 0"), 0);
  EXPECT_EQ(status_of("exit 42"), 42);
  EXPECT_EQ(status_of("kill -TERM $$"), 128 + SIGTERM);
}

TEST(BootProcess, CanBeWaitedOn) {
  const Process process(shell("exit 0"));
  pollfd waiting{process.descriptor(), POLLIN, 0};
  EXPECT_EQ(::poll(&waiting, 1, 30'000), 1);
}

TEST(BootProcess, IsKilledWhenNobodyWaits) {
  const test::TempDir folder;
  const std::string file = folder.path() / "pid";
  {
    const Process process(
        shell("echo $$ > " + file + ".new; mv " + file + ".new " + file + "; exec sleep 600"));
    while (!std::filesystem::exists(file)) ::usleep(1000);
  }
  const Bytes pid = test::slurp(file);
  EXPECT_EQ(::kill(std::stoi(std::string(as_text(pid))), 0), -1);
}

TEST(BootProcess, GetsItsDescriptorsAndNoOthers) {
  const test::TempDir folder;
  const std::string out = folder.path() / "out";
  const UniqueFd file(::open(out.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const UniqueFd leak(::open("/dev/null", O_RDONLY));  // without O_CLOEXEC, as libraries do
  ProcessSetup setup = shell("ls /proc/self/fd");
  // Crossed on purpose: a number of ours may be one of the program's.
  setup.descriptors = {{null.get(), 0}, {file.get(), 1}, {null.get(), 2}, {file.get(), 3}};
  Process process(setup);
  EXPECT_EQ(process.wait(), 0);
  // 4 is the folder that ls reads.
  EXPECT_EQ(as_text(test::slurp(out)), "0\n1\n2\n3\n4\n");
}

TEST(BootProcess, StartsWithSignalsAtTheirDefaults) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t old;
  (void)::sigemptyset(&blocked);
  (void)::sigaddset(&blocked, SIGINT);
  (void)::sigprocmask(SIG_BLOCK, &blocked, &old);
  EXPECT_EQ(status_of("grep -q '^SigBlk:\t0*$' /proc/self/status && "
                      "grep -q '^SigIgn:\t0*$' /proc/self/status"),
            0);
  (void)::sigprocmask(SIG_SETMASK, &old, nullptr);
  (void)std::signal(SIGPIPE, before);
}

TEST(BootProcess, SaysWhenItsProgramCannotBeRun) {
  EXPECT_EQ(test::kind_of([] { const Process process({.words = {"/absent"}}); }),
            ErrorKind::environment);
}

}  // namespace
}  // namespace reproduce::boot

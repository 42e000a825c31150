// A shell script stands in for QEMU. What the real one does is in tests/boot/*.sh.

#include "reproduce/boot/run.hpp"

#include <array>
#include <csignal>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/file.hpp"

namespace reproduce::boot {
namespace {

using End = RunResult::End;

class BootRun : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_.path() / "tmp");
    image_ = UniqueFd(::open(folder_.write("image", "an image").c_str(), O_RDONLY | O_CLOEXEC));
    console_ = UniqueFd(::open((folder_.path() / "console").c_str(),
                               O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  }

  /// A run of a QEMU that does what `script` says; $image is what it was told to boot.
  RunSetup run_of(const std::string& script) {
    const auto program = folder_.write("qemu",
                                       "#!/bin/sh\nwhile [ \"$1\" != -kernel ]; do shift; done\n"
                                       "image=$2\n" +
                                           script);
    EXPECT_EQ(::chmod(program.c_str(), 0755), 0);
    return {.qemu = {.program = program, .firmware = {}},
            .machine = {.memory_mib = 64},
            .image = image_.get(),
            .temporary = folder_.path() / "tmp",
            .environment = {"PATH=/usr/bin:/bin", "TMPDIR=/nowhere"},
            .console = console_.get()};
  }

  std::string console() { return std::string(as_text(test::slurp(folder_.path() / "console"))); }

  void expect_tidy() { EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "tmp")); }

  test::TempDir folder_;
  UniqueFd image_, console_;
};

TEST_F(BootRun, ShowsTheConsoleAndTellsTheAppsEnd) {
  const RunResult result =
      run(run_of(R"(printf 'hello\r\ninit: the app exited with status 3\r\n')"));
  EXPECT_EQ(result.end, End::by_itself);
  EXPECT_EQ(result.console.app_end(), (AppEnd{AppEnd::Kind::exited, 3}));
  EXPECT_EQ(console(), "hello\r\ninit: the app exited with status 3\r\n");
  expect_tidy();
}

TEST_F(BootRun, GivesQemuTheImageAndAFolderOfItsOwn) {
  (void)run(run_of("cat \"$image\"; touch \"$TMPDIR/eif-kernel\"; echo \" $TMPDIR\""));
  EXPECT_TRUE(console().starts_with("an image " + (folder_.path() / "tmp/reproduce-run.").string()))
      << console();
  expect_tidy();
}

TEST_F(BootRun, LosesNothingOfALongConsole) {
  (void)run(run_of("seq 200000"));
  EXPECT_TRUE(console().ends_with("\n200000\n"));
  EXPECT_EQ(console().size(), 1288895U);
}

TEST_F(BootRun, StopsTheGuestWhileNobodyReadsTheConsole) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  RunSetup what = run_of("head -c 10000000 /dev/zero; echo");
  what.console = writer.get();
  what.time_limit = std::chrono::seconds(1);
  EXPECT_EQ(run(what).end, End::by_time_limit);
  expect_tidy();
}

TEST_F(BootRun, SaysWhatAQemuThatFailsSays) {
  const Error error = test::refusal_of(
      [&] { (void)run(run_of("echo 'some output'; echo 'qemu: CRC mismatch' >&2; exit 1")); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_EQ(std::string(error.what()), "QEMU failed with status 1");
  EXPECT_EQ(error.context().got, "qemu: CRC mismatch");
  EXPECT_EQ(console(), "some output\n");
  expect_tidy();
}

TEST_F(BootRun, SaysThatQemuWasKilled) {
  const Error error = test::refusal_of([&] { (void)run(run_of("kill -SEGV $$")); });
  EXPECT_EQ(std::string(error.what()), "QEMU failed with status 139");
  expect_tidy();
}

TEST_F(BootRun, EndsQemuWhenTheTimeIsUp) {
  RunSetup what = run_of("echo $$; exec sleep 600");
  what.time_limit = std::chrono::seconds(1);
  EXPECT_EQ(run(what).end, End::by_time_limit);
  EXPECT_EQ(::kill(std::stoi(console()), 0), -1);
  expect_tidy();
}

TEST_F(BootRun, EndsQemuWhenItIsAskedToStop) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  RunSetup what = run_of("echo $$; exec sleep 600");
  what.stop = reader.get();
  std::jthread stops([&] {
    while (console().empty()) ::usleep(1000);
    writer = UniqueFd();
  });
  EXPECT_EQ(run(what).end, End::by_stop);
  EXPECT_EQ(::kill(std::stoi(console()), 0), -1);
  expect_tidy();
}

TEST_F(BootRun, DoesNotWaitForWhatQemuLeavesBehind) {
  const RunResult result = run(run_of("sleep 5 & echo 'init: the app exited with status 0'"));
  EXPECT_EQ(result.console.app_end(), (AppEnd{AppEnd::Kind::exited, 0}));
}

TEST_F(BootRun, SaysWhenQemuCannotBeRun) {
  RunSetup what = run_of("");
  what.qemu.program = folder_.path() / "absent";
  EXPECT_EQ(test::refusal_of([&] { (void)run(what); }).kind(), ErrorKind::environment);
  expect_tidy();
}

}  // namespace
}  // namespace reproduce::boot

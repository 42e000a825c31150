#include "reproduce/boot/console.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::boot {
namespace {

using Kind = AppEnd::Kind;

ConsoleWatcher watch(std::string_view text, std::size_t piece = 4096) {
  ConsoleWatcher watcher;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    watcher.take(as_bytes(text.substr(0, piece)));
  watcher.finish();
  return watcher;
}

std::string block(std::string_view base64) {
  return "attestation begin\r\nattestation " + std::string(base64) + "\r\nattestation end\r\n";
}

TEST(ConsoleWatcher, TakesTheAppsEndFromInitsLine) {
  // docs/formats/init.md, "What it says".
  const std::vector<std::pair<std::string, AppEnd>> lines{
      {"init: the app exited with status 0", {Kind::exited, 0}},
      {"init: the app exited with status 255", {Kind::exited, 255}},
      {"init: the app was killed by signal 9 (SIGKILL)", {Kind::killed, 9}},
      {"init: the app was killed by signal 34", {Kind::killed, 34}},
      {"init: the app was not started: status 127", {Kind::not_started, 127}},
  };
  for (const auto& [line, end] : lines)
    for (std::size_t piece = 1; piece < line.size() + 3; ++piece)
      EXPECT_EQ(watch("hello\r\n" + line + "\r\n", piece).app_end(), end) << line << " " << piece;
}

TEST(ConsoleWatcher, GivesTheStatusThatAShellWould) {
  EXPECT_EQ((AppEnd{Kind::exited, 3}.status()), 3);
  EXPECT_EQ((AppEnd{Kind::killed, 11}.status()), 139);
  EXPECT_EQ((AppEnd{Kind::not_started, 126}.status()), 126);
  EXPECT_EQ(words(AppEnd{Kind::killed, 11}), "was killed by signal 11");
}

TEST(ConsoleWatcher, LetsTheLastLineCount) {
  const ConsoleWatcher watcher = watch(
      "init: the app exited with status 0\n"
      "init: the app exited with status 7\n"
      "[    2.1] reboot: Restarting system\n");
  EXPECT_EQ(watcher.app_end(), (AppEnd{Kind::exited, 7}));
}

TEST(ConsoleWatcher, FindsInitsWordsBehindALineThatTheAppLeftOpen) {
  EXPECT_EQ(watch("50 %init: the app exited with status 4\r\n").app_end(),
            (AppEnd{Kind::exited, 4}));
  EXPECT_EQ(watch(std::string(1 << 20, 'x') + "init: the app exited with status 4\n").app_end(),
            (AppEnd{Kind::exited, 4}));
  EXPECT_EQ(watch("init: the app exited with status 4").app_end(), (AppEnd{Kind::exited, 4}));
}

TEST(ConsoleWatcher, TakesNothingElseForAnEnd) {
  for (const char* line :
       {"init: the app exited with status 256", "init: the app exited with status -1",
        "init: the app exited with status 1 or so", "init: the app exited with status ",
        "init: the app was killed by signal 0 (SIGZERO)", "init: the app was killed by signal 65",
        "init: the app was killed by signal 9 (SIG", "init: the app was not started: status 1",
        "Init: the app exited with status 1", "init: the app exited with status 1\x1b[K"})
    EXPECT_EQ(watch(std::string(line) + "\n").app_end(), std::nullopt) << line;
}

TEST(ConsoleWatcher, SeesThatTheKernelPanicked) {
  EXPECT_FALSE(watch("all is well\n").kernel_panicked());
  EXPECT_TRUE(
      watch("[    1.0] Kernel panic - not syncing: No working init found.\r\n").kernel_panicked());
}

TEST(ConsoleWatcher, JoinsTheLinesOfADocumentWhateverStandsBetween) {
  const std::string text =
      "attestation begin\r\nattestation hEOh\r\n[   1.5] random: crng init done\r\n"
      "attestation ASCg\r\nattestation end\r\n";
  for (std::size_t piece = 1; piece < text.size(); ++piece) {
    const ConsoleWatcher watcher = watch(text, piece);
    ASSERT_TRUE(watcher.document() && watcher.document()->bytes) << piece;
    EXPECT_EQ(to_hex(*watcher.document()->bytes), "8443a10120a0");
  }
}

TEST(ConsoleWatcher, KeepsTheLastDocument) {
  EXPECT_EQ(watch(block("AAAA") + block("/////w==")).document()->bytes, Bytes(4, 0xff));
}

TEST(ConsoleWatcher, HasNoDocumentWithoutBothMarks) {
  EXPECT_FALSE(watch("attestation AAAA\nattestation end\n").document());
  EXPECT_FALSE(watch("attestation begin\nattestation AAAA\n").document());
  EXPECT_FALSE(watch("x attestation begin\nattestation AAAA\nattestation end\n").document());
}

TEST(ConsoleWatcher, SaysThatABlockIsNoDocument) {
  for (const char* base64 : {"", "A", "AA A", "AAAA\x01", "====", "AB=="}) {
    const ConsoleWatcher watcher = watch(block(base64));
    ASSERT_TRUE(watcher.document()) << base64;
    EXPECT_FALSE(watcher.document()->bytes) << base64;
  }
}

TEST(ConsoleWatcher, KeepsNoMoreThanADocumentOfABlockWithoutEnd) {
  ConsoleWatcher watcher;
  watcher.take(as_bytes(std::string_view("attestation begin\n")));
  const std::string line = "attestation " + std::string(76, 'A') + "\n";
  for (int i = 0; i < 10'000; ++i) watcher.take(as_bytes(line));
  watcher.take(as_bytes(std::string_view("attestation end\n")));
  ASSERT_TRUE(watcher.document());
  EXPECT_FALSE(watcher.document()->bytes);
}

TEST(ConsoleWatcher, TakesNoPartOfALineThatIsTooLong) {
  EXPECT_FALSE(
      watch("attestation begin\nattestation " + std::string(8000, 'A') + "\n" + "attestation end\n")
          .document()
          ->bytes);
}

}  // namespace
}  // namespace reproduce::boot

#include "../../src/boot/console_output.hpp"

#include <array>
#include <csignal>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/file.hpp"

namespace reproduce::boot {
namespace {

std::string show(std::string_view text, std::size_t piece) {
  ConsoleText console;
  std::string shown;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    shown += console.take(as_bytes(text.substr(0, piece)));
  return shown + console.finish();
}

TEST(ConsoleText, ShowsControlCharactersInsteadOfObeyingThem) {
  const std::string text =
      "plain\ttext\r\n\x1b[2Jcleared\x07 gr\u00fc\u00df \u4f60\r\n50 %\r60 %\xff\xe4 \u202e\n";
  const std::string shown =
      "plain\ttext\n\\x1b[2Jcleared\\x07 gr\u00fc\u00df \u4f60\n50 %\\x0d60 %\\xff\\xe4 "
      "\\xe2\\x80\\xae\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece)
    EXPECT_EQ(show(text, piece), shown) << piece;
}

TEST(ConsoleText, ShowsWhatIsLeftOfACharacterAtTheEnd) {
  EXPECT_EQ(show("\xf0\x9f\x98", 1), "\\xf0\\x9f\\x98");
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    reader = UniqueFd(ends[0]);
    writer = UniqueFd(ends[1]);
  }
  UniqueFd reader, writer;
};

TEST(ConsoleOutput, PassesBytesOnAsTheyAreUnlessPeopleSeeThem) {
  for (const bool is_seen : {false, true}) {
    const Pipe pipe;
    ConsoleOutput output(pipe.writer.get(), is_seen);
    output.add(as_bytes(std::string_view("\x1b[m\r\n")));
    output.finish();
    while (!output.is_empty()) output.write_some();
    std::array<char, 64> text{};
    const ssize_t count = ::read(pipe.reader.get(), text.data(), text.size());
    EXPECT_EQ(std::string(text.data(), static_cast<std::size_t>(count)),
              is_seen ? "\\x1b[m\n" : "\x1b[m\r\n");
  }
}

TEST(ConsoleOutput, IsFullBeforeAReaderThatSleepsCostsMemory) {
  const Pipe pipe;
  ConsoleOutput output(pipe.writer.get(), false);
  output.add(Bytes((1 << 16) - 1, 'x'));
  EXPECT_FALSE(output.is_full());
  output.add(Bytes(1, 'x'));
  EXPECT_TRUE(output.is_full());
}

TEST(ConsoleOutput, SaysThatItsReaderIsGone) {
  Pipe pipe;
  pipe.reader = UniqueFd();
  ConsoleOutput output(pipe.writer.get(), false);
  output.add(Bytes(1, 'x'));
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(test::kind_of([&] { output.write_some(); }), ErrorKind::environment);
  (void)std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace reproduce::boot

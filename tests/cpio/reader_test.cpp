#include "reproduce/cpio/reader.hpp"

#include <random>
#include <string>
#include <vector>

#include "support/newc.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/cpio/writer.hpp"

namespace reproduce::cpio {
namespace {

using test::newc_entry;
using test::newc_trailer;

/// Gives at most `step` bytes a read.
class SlowSource final : public Source {
 public:
  SlowSource(std::string_view bytes, std::size_t step) : inner_(as_bytes(bytes)), step_(step) {}
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    return inner_.read(buffer.first(std::min(step_, buffer.size())));
  }

 private:
  MemorySource inner_;
  std::size_t step_;
};

/// "name=content" for each entry.
std::vector<std::string> read_entries(std::string_view archive, std::size_t step = 1 << 20) {
  SlowSource source(archive, step);
  Reader reader(source);
  std::vector<std::string> found;
  while (const auto entry = reader.next()) {
    std::string text = entry->name + "=";
    Bytes buffer(7);
    while (const std::size_t count = reader.read(buffer))
      text += as_text(ByteView(buffer).first(count));
    found.push_back(text);
  }
  reader.finish();
  return found;
}

Error error_of(const std::string& archive) {
  try {
    (void)read_entries(archive);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ErrorKind::bug, "nothing");
}

const std::string& sample() {
  static const std::string archive =
      newc_entry({.name = "a", .content = "first"}) + newc_entry({.name = "bc", .content = ""}) +
      newc_entry({.name = "def", .content = std::string(300, 'x')}) + newc_trailer();
  return archive;
}

TEST(CpioReader, GivesNamesAndContentsWhateverTheSizeOfReads) {
  const std::vector<std::string> expected{"a=first", "bc=", "def=" + std::string(300, 'x')};
  for (const std::size_t step : {1U, 2U, 3U, 109U, 110U, 111U, 4096U, 100000U})
    EXPECT_EQ(read_entries(sample(), step), expected) << step;
}

TEST(CpioReader, PassesOverContentsThatNobodyReads) {
  MemorySource source(as_bytes(sample()));
  Reader reader(source);
  std::vector<std::string> names;
  while (const auto entry = reader.next()) names.push_back(entry->name);
  reader.finish();
  EXPECT_EQ(names, (std::vector<std::string>{"a", "bc", "def"}));
}

TEST(CpioReader, ReadsWhatGnuCpioAndBsdcpioWrite) {
  for (const std::string tool : {"cpio", "bsdcpio"}) {
    if (!test::has_tool(tool)) continue;
    const test::TempDir temp;
    temp.write("d/f", "hello");
    temp.write("z", "");
    const std::string archive =
        test::run("cd " + temp.path().string() + " && printf 'd\\nd/f\\nz\\n' | " + tool +
                  " -o -H newc 2>/dev/null")
            .output;
    EXPECT_EQ(read_entries(archive), (std::vector<std::string>{"d=", "d/f=hello", "z="})) << tool;
  }
}

TEST(CpioReader, RefusesEveryTruncation) {
  // Whole zeros may be missing behind the trailer's name.
  const std::size_t end = sample().rfind("TRAILER!!!") + 11;
  for (std::size_t size = 0; size < end; ++size)
    EXPECT_EQ(error_of(sample().substr(0, size)).kind(), ErrorKind::malformed) << size;
}

TEST(CpioReader, AnswersEveryFlippedBitWithEntriesOrAnError) {
  for (std::size_t bit = 0; bit < sample().size() * 8; ++bit) {
    std::string archive = sample();
    archive[bit / 8] = static_cast<char>(archive[bit / 8] ^ (1 << bit % 8));
    try {
      (void)read_entries(archive);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed);
    }
  }
}

TEST(CpioReader, BelievesNoSize) {
  const std::string huge_name = newc_entry({}).replace(94, 8, "FFFFFFFF") + sample();
  EXPECT_STREQ(error_of(huge_name).what(), "a name's size is out of range");
  const std::string huge_file = newc_entry({}).replace(54, 8, "FFFFFFFF") + sample();
  EXPECT_STREQ(error_of(huge_file).what(), "the archive ends inside a file");
}

TEST(CpioReader, RefusesNamesWithoutAnEnd) {
  using namespace std::string_literals;
  EXPECT_EQ(error_of(newc_entry({.name = ""}) + newc_trailer()).kind(), ErrorKind::malformed);
  EXPECT_EQ(error_of(newc_entry({.name = "\0"s}) + newc_trailer()).kind(), ErrorKind::malformed);
  EXPECT_EQ(error_of(newc_entry({.name = "a\0b"s}) + newc_trailer()).kind(), ErrorKind::malformed);
  std::string unended = newc_entry({.name = "abc"}) + newc_trailer();
  unended[113] = 'd';
  EXPECT_EQ(error_of(unended).kind(), ErrorKind::malformed);
  EXPECT_EQ(error_of(newc_entry({.name = std::string(4096, 'x')}) + newc_trailer()).kind(),
            ErrorKind::malformed);
}

TEST(CpioReader, TakesNamesThatArePaddedForAlignment) {
  EXPECT_EQ(read_entries(newc_entry({.name = std::string("a\0\0\0", 4)}) + newc_trailer()),
            std::vector<std::string>{"a="});
}

TEST(CpioReader, RefusesPaddingThatIsNotZero) {
  for (const std::size_t place : {113U, 115U, 117U, 119U}) {
    std::string archive = newc_entry({.name = "ab", .content = "x"}) + newc_trailer();
    archive[place] = '!';
    EXPECT_EQ(error_of(archive).kind(), ErrorKind::malformed) << place;
  }
}

TEST(CpioReader, ChecksTheSumsOfMagic070702) {
  const unsigned sum = 'a' + 'b';
  const std::string good = newc_entry({.content = "ab", .check = sum, .magic = "070702"});
  EXPECT_EQ(read_entries(good + newc_trailer()), std::vector<std::string>{"file=ab"});
  const std::string bad = newc_entry({.content = "ab", .check = sum + 1, .magic = "070702"});
  EXPECT_STREQ(error_of(bad + newc_trailer()).what(), "the checksum of a file is wrong");
  const std::string none = newc_entry({.content = "ab", .check = sum});
  EXPECT_STREQ(error_of(none + newc_trailer()).what(), "the checksum of a file is wrong");
}

TEST(CpioReader, RefusesAnArchiveJoinedToAnother) {
  EXPECT_NO_THROW((void)read_entries(sample() + std::string(100000, '\0')));
  const Error error = error_of(sample() + std::string(100000, '\0') + sample());
  EXPECT_STREQ(error.what(), "more follows the end of the archive");
  EXPECT_EQ(error.context().offset, sample().size() + 100000);
}

TEST(CpioReader, ReadsBackWhatTheWriterWrites) {
  tree::Tree tree;
  tree.add("d/s", {.type = tree::EntryType::symlink, .target = "t"});
  tree.add("f", {.content = tree::memory_content(Bytes(chunk_size, 'x'))});
  MemorySink sink;
  write_archive(tree, 5, sink);
  EXPECT_EQ(read_entries(as_text(sink.bytes())),
            (std::vector<std::string>{"d=", "d/s=t", "f=" + std::string(chunk_size, 'x')}));
}

}  // namespace
}  // namespace reproduce::cpio

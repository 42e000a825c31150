#include "reproduce/cpio/writer.hpp"

#include <memory>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::cpio {
namespace {

using tree::Entry;
using tree::EntryType;
using tree::Tree;

Entry file(std::string_view text, std::uint64_t link_group = 0) {
  const ByteView bytes = as_bytes(text);
  return {.content = tree::memory_content(Bytes(bytes.begin(), bytes.end())),
          .link_group = link_group};
}

std::string archive_of(const Tree& tree, std::uint32_t mtime = 0) {
  MemorySink sink;
  write_archive(tree, mtime, sink);
  EXPECT_EQ(sink.bytes().size(), archive_size(tree));
  return std::string(as_text(sink.bytes()));
}

std::string padded(std::string text, std::size_t alignment = 512) {
  text.resize((text.size() + alignment - 1) / alignment * alignment);
  return text;
}

/// Claims one size and gives another.
class LyingContent final : public tree::Content {
 public:
  LyingContent(std::uint64_t claimed, std::size_t given) : claimed_(claimed), given_(given) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return claimed_; }
  [[nodiscard]] std::unique_ptr<Source> open() const override {
    return std::make_unique<MemorySource>(given_);
  }

 private:
  std::uint64_t claimed_;
  Bytes given_;
};

constexpr const char* trailer =
    "070701000000000000000000000000000000000000000100000000000000000000000000000000000000000000000"
    "00000000B00000000TRAILER!!!";

TEST(CpioWriter, WritesTheTrailerOfAnEmptyTree) {
  EXPECT_EQ(archive_of({}), padded(trailer));
}

// Written down by hand from the kernel's buffer-format.rst.
TEST(CpioWriter, WritesTheDocumentedBytes) {
  Tree tree;
  tree.add("bin", {.type = EntryType::directory, .mode = 0755});
  tree.add("bin/su", [] {
    Entry entry = file("ELF!?");
    entry.mode = 04755;
    entry.gid = 0x1f;
    return entry;
  }());
  tree.add("con", {.type = EntryType::character_device,
                   .mode = 0600,
                   .device_major = 5,
                   .device_minor = 0x12345});
  tree.add("sh", {.type = EntryType::symlink, .target = "bin/su"});
  const auto head = [](const std::string& numbers, const std::string& name) {
    return padded("070701" + numbers + "00000000" + name + '\0', 4);
  };
  EXPECT_EQ(archive_of(tree, 0x6553f100),
            padded(head("00000000000041ED0000000000000000000000026553F10000000000"
                        "0000000000000000000000000000000000000004",
                        "bin") +
                   head("00000001000089ED000000000000001F000000016553F10000000005"
                        "0000000000000000000000000000000000000007",
                        "bin/su") +
                   padded("ELF!?", 4) +
                   head("000000020000218000000000000000000000000"
                        "16553F10000000000"
                        "0000000000000000000000050001234500000004",
                        "con") +
                   head("000000030000A1FF0000000000000000000000016553F10000000006"
                        "0000000000000000000000000000000000000003",
                        "sh") +
                   padded("bin/su", 4) + trailer));
}

TEST(CpioWriter, PutsTheBytesOfLinkedFilesAtTheLastOfThem) {
  Tree tree;
  const Entry linked = file("data", 1);
  tree.add("a", linked);
  tree.add("b", file("other"));
  tree.add("c", linked);
  const std::string archive = archive_of(tree);
  // a: inode 0, 2 links, no bytes; b: inode 1, 1 link; c: inode 0, 2 links, 4 bytes
  EXPECT_EQ(archive.substr(0, 62),
            "07070100000000000081A4000000000000000000000002000000000000"
            "0000");
  EXPECT_EQ(archive.substr(112, 62),
            "07070100000001000081A400000000000000000000000100000000000"
            "00005");
  EXPECT_EQ(archive.substr(232, 62),
            "07070100000000000081A4000000000000000000000002000000000000"
            "0004");
  EXPECT_EQ(archive.substr(344, 4), "data");
}

TEST(CpioWriter, DoesNotDependOnTheSizeOfReads) {
  // One content that ends inside a piece, one on its border, one beyond.
  for (const std::size_t size :
       {chunk_size - 113, chunk_size - 112, chunk_size - 111, 2 * chunk_size + 7}) {
    std::string text(size, 'x');
    Tree tree;
    tree.add("a", file(text));
    const std::string archive = archive_of(tree);
    EXPECT_EQ(archive.size() % archive_alignment, 0U);
    EXPECT_EQ(archive.substr(112, size), text);
  }
}

TEST(CpioWriter, WritesInPiecesOfOneSize) {
  class Sizes final : public Sink {
   public:
    void write(ByteView bytes) override { sizes.push_back(bytes.size()); }
    std::vector<std::size_t> sizes;
  } sink;
  Tree tree;
  tree.add("a", file(std::string(3 * chunk_size, 'x')));
  write_archive(tree, 0, sink);
  ASSERT_EQ(sink.sizes.size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(sink.sizes[i], chunk_size);
}

TEST(CpioWriter, SaysThatAFileChangedWhileItWasRead) {
  for (const std::size_t given : {0U, 9U, 11U, 1000000U}) {
    Tree tree;
    tree.add("log", {.content = std::make_shared<const LyingContent>(10, given)});
    MemorySink sink;
    try {
      write_archive(tree, 0, sink);
      FAIL() << given;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment);
      EXPECT_STREQ(error.what(), "the file 'log' changed while it was read");
    }
  }
}

TEST(CpioWriter, RefusesFilesThatTheFormatCannotHold) {
  Tree tree;
  tree.add("big", {.content = std::make_shared<const LyingContent>(0x100000000, 0)});
  MemorySink sink;
  EXPECT_THROW(write_archive(tree, 0, sink), Error);
  EXPECT_THROW((void)archive_size(tree), Error);
  Tree fits;
  fits.add("big", {.content = std::make_shared<const LyingContent>(0xffffffff, 0)});
  EXPECT_EQ(archive_size(fits), 0x100000000 + 512U);
}

// A reader would stop there: what follows in the tree would vanish silently.
TEST(CpioWriter, RefusesAFileNamedLikeTheTrailer) {
  Tree tree;
  tree.add("TRAILER!!!", file(""));
  EXPECT_THROW((void)archive_size(tree), Error);
  Tree deeper;
  deeper.add("a/TRAILER!!!", file(""));
  EXPECT_NO_THROW((void)archive_size(deeper));
}

/// A tree with every kind of entry that an unprivileged extraction can restore.
Tree sample_tree() {
  Tree tree;
  tree.add("dir", {.type = EntryType::directory, .mode = 0755});
  tree.add("dir/empty", {.type = EntryType::directory, .mode = 0711});
  tree.add("dir/file", file("some text\n"));
  const Entry linked = file("linked", 1);
  tree.add("dir/link1", linked);
  tree.add("dir/link2", linked);
  const Entry hollow = file("", 2);
  tree.add("dir/zero1", hollow);
  tree.add("dir/zero2", hollow);
  tree.add("far", linked);
  tree.add("odd \xff\n name", file("x"));
  tree.add("sym", {.type = EntryType::symlink, .target = "dir/file"});
  tree.add("zero", file(""));
  return tree;
}

class Extraction : public testing::TestWithParam<const char*> {};

TEST_P(Extraction, RestoresTheTree) {
  const std::string tool = GetParam();
  if (!test::has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
  const test::TempDir temp;
  temp.write("a.cpio", archive_of(sample_tree(), 1));
  const std::string enter = "cd " + temp.path().string() + "/out && ";
  ASSERT_TRUE(test::run("mkdir " + temp.path().string() + "/out && " + enter + "umask 0 && " +
                        tool + " -idm <../a.cpio 2>/dev/null")
                  .succeeded);
  // GNU cpio leaves the times of symlinks and folders alone.
  EXPECT_EQ(
      test::run(enter + "LC_ALL=C find . -type f -printf '%p %m %n %Ts\\n' | LC_ALL=C sort").output,
      " name 644 1 1\n"
      "./dir/file 644 1 1\n"
      "./dir/link1 644 3 1\n"
      "./dir/link2 644 3 1\n"
      "./dir/zero1 644 2 1\n"
      "./dir/zero2 644 2 1\n"
      "./far 644 3 1\n"
      "./odd \xff\n"
      "./zero 644 1 1\n");
  EXPECT_EQ(test::run(enter + "cat dir/file dir/link1 dir/link2 far && readlink sym").output,
            "some text\nlinkedlinkedlinkeddir/file\n");
  EXPECT_EQ(test::run(enter + "stat -c %a dir dir/empty").output, "755\n711\n");
}

INSTANTIATE_TEST_SUITE_P(Tools, Extraction, testing::Values("cpio", "bsdcpio"));

// Where links stand side by side and folders hold no folders (whose link counts
// GNU cpio 2.13 takes from the disk), GNU cpio has the very shape of ours.
TEST(CpioWriter, WritesTheBytesOfGnuCpio) {
  if (!test::has_tool("cpio")) GTEST_SKIP() << "cpio is not installed";
  const test::TempDir temp;
  const test::CommandResult gnu =
      test::run("cd " + temp.path().string() +
                " && umask 022 && mkdir -p d empty && printf hello >d/f && ln d/f d/g && mkfifo -m "
                "600 d/p && "
                "ln -s ../f d/s && printf 'some text' >text && : >z && chmod 4755 z && "
                "find * -exec touch -h -d @1234567890 {} + && "
                "find * | LC_ALL=C sort | cpio -o -H newc --reproducible -R 0:0 2>/dev/null");
  ASSERT_TRUE(gnu.succeeded);

  Tree tree;
  const Entry linked = file("hello", 1);
  tree.add("d/f", linked);
  tree.add("d/g", linked);
  tree.add("d/p", {.type = EntryType::fifo, .mode = 0600});
  tree.add("d/s", {.type = EntryType::symlink, .target = "../f"});
  tree.add("empty", {.type = EntryType::directory, .mode = 0755});
  tree.add("text", file("some text"));
  Entry setuid = file("");
  setuid.mode = 04755;
  tree.add("z", setuid);
  EXPECT_EQ(archive_of(tree, 1234567890), gnu.output);
}

}  // namespace
}  // namespace reproduce::cpio

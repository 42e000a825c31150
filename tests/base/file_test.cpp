#include "reproduce/base/file.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/aligned_memory.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_FALSE(error.context().file.empty()) << error.what();
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::bug;
}

TEST(FileSource, ReadsAFileAndKnowsItsSize) {
  const test::TempDir dir;
  FileSource source(dir.write("file", "content"));
  EXPECT_EQ(source.size(), 7U);
  EXPECT_EQ(as_text(read_all(source, 100, "file")), "content");
}

TEST(FileSource, RefusesWhatIsAbsentOrAFolder) {
  const test::TempDir dir;
  EXPECT_EQ(kind_of([&] { FileSource source(dir.path() / "absent"); }), ErrorKind::environment);
  EXPECT_EQ(kind_of([&] { FileSource source(dir.path()); }), ErrorKind::environment);
}

TEST(FileSource, ReadsPipesWhoseSizeNobodyKnows) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "abc", 3), 3);
  ::close(ends[1]);
  FileSource source(UniqueFd{ends[0]}, "pipe");
  EXPECT_FALSE(source.size());
  EXPECT_EQ(as_text(read_all(source, 3, "pipe")), "abc");
}

TEST(ReadFile, RefusesMoreThanTheLimit) {
  const test::TempDir dir;
  const auto file = dir.write("file", "content");
  EXPECT_EQ(as_text(read_file(file, 7, "file")), "content");
  EXPECT_EQ(kind_of([&] { (void)read_file(file, 6, "file"); }), ErrorKind::malformed);
  EXPECT_EQ(kind_of([&] { (void)read_file("/dev/zero", 1000, "endless"); }), ErrorKind::malformed);
}

TEST(AtomicFile, ReplacesAnOlderFileOnlyWhenPublished) {
  const test::TempDir dir;
  const auto file = dir.write("out", "old");
  AtomicFile out(file);
  out.write(as_bytes("new?"));
  out.write_at(3, as_bytes("!"));
  EXPECT_EQ(as_text(test::slurp(file)), "old");
  out.publish();
  EXPECT_EQ(as_text(test::slurp(file)), "new!");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(AtomicFile, GivesTheModeThatTheUmaskLeaves) {
  const test::TempDir dir;
  const mode_t before = ::umask(027);
  AtomicFile out(dir.path() / "out");
  out.publish();
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((dir.path() / "out").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
}

TEST(AtomicFile, CanBeCopiedInsteadOfPublished) {
  const test::TempDir dir;
  MemorySink sink;
  {
    AtomicFile out(dir.path() / "out");
    out.write(as_bytes("content"));
    out.copy_to(sink);
  }
  EXPECT_EQ(as_text(sink.bytes()), "content");
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

/// Bytes of which every 8 in a row are others, so that a misplaced block shows.
Bytes numbered(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t at = 0; at < size; ++at)
    bytes[at] = static_cast<std::uint8_t>(at / 8 >> at % 8 * 8 & 0xff);
  return bytes;
}

/// Bytes that lie in memory as they will in a file.
AlignedMemory aligned(const Bytes& bytes) {
  AlignedMemory memory(bytes.size());
  std::ranges::copy(bytes, memory.bytes().begin());
  return memory;
}

/// Writes many of AtomicFile's blocks of 256 KiB, in pieces of odd sizes of which some lie in
/// memory as in the file, and changes bytes long gone, across borders and at the very end.
void expect_whole_when_large(const std::filesystem::path& file) {
  constexpr std::size_t block = std::size_t{256} << 10;
  Bytes expected = numbered(34 * block + block / 2 + 5);
  const AlignedMemory memory = aligned(expected);
  AtomicFile out(file);
  const auto patch = [&](std::size_t at, std::string_view text) {
    out.write_at(at, as_bytes(text));
    std::ranges::copy(text, expected.begin() + static_cast<std::ptrdiff_t>(at));
  };
  std::size_t at = 0;
  for (const std::size_t size : {560U, 1U, 1000000U, 4096U, 300007U, 8192U, 12U, 3U << 20U}) {
    out.write(ByteView(memory.bytes()).subspan(at, size));
    at += size;
    out.write(ByteView(expected).subspan(at, size));
    at += size;
  }
  EXPECT_EQ(out.size(), at);
  patch(at - 2 * block, "on the disk");
  out.write(ByteView(memory.bytes()).subspan(at));
  EXPECT_EQ(out.size(), expected.size());
  patch(0, "front");
  patch(block - 3, "border");
  patch(expected.size() - 5 - 3, "crosses");  // to the last five bytes, which are no whole page
  patch(expected.size() - 3, "end");
  out.write(as_bytes("more"));
  out.publish();
  const Bytes more = {'m', 'o', 'r', 'e'};
  expected.insert(expected.end(), more.begin(), more.end());
  EXPECT_TRUE(test::slurp(file) == expected);
}

TEST(AtomicFile, IsWholeWhenItIsLarge) {
  const test::TempDir dir;
  expect_whole_when_large(dir.path() / "out");
}

// tmpfs has its files in the page cache, and Linux before 6.6 refuses O_DIRECT there.
TEST(AtomicFile, IsWholeWhenItIsLargeInMemory) {
  if (!std::filesystem::is_directory("/dev/shm")) GTEST_SKIP() << "no /dev/shm";
  const std::filesystem::path file = "/dev/shm/reproduce-test-" + std::to_string(::getpid());
  expect_whole_when_large(file);
  std::filesystem::remove(file);
}

TEST(AtomicFile, PublishesNothingWhenTheSystemTakesNoMore) {
  const test::TempDir dir;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit little{.rlim_cur = std::size_t{5} << 20, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // so that write() says EFBIG
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  EXPECT_EQ(kind_of([&] {
              AtomicFile out(dir.path() / "out");
              out.write(numbered(std::size_t{9} << 20));
              out.publish();
            }),
            ErrorKind::environment);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  (void)std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(AtomicFile, RefusesAPatchOfWhatWasNotWritten) {
  const test::TempDir dir;
  AtomicFile out(dir.path() / "out");
  out.write(as_bytes("four"));
  EXPECT_EQ(kind_of([&] { out.write_at(2, as_bytes("abc")); }), ErrorKind::bug);
  EXPECT_EQ(kind_of([&] { out.write_at(5, as_bytes("a")); }), ErrorKind::bug);
}

TEST(AtomicFile, RefusesAbsentFoldersAndWhatIsNoFile) {
  const test::TempDir dir;
  EXPECT_EQ(kind_of([&] { AtomicFile out(dir.path() / "no" / "out"); }), ErrorKind::environment);
  EXPECT_EQ(kind_of([&] { AtomicFile out(dir.path()); }), ErrorKind::environment);
  EXPECT_EQ(kind_of([&] { AtomicFile out("/dev/null"); }), ErrorKind::environment);
}

TEST(DescriptorSink, SaysWhenTheDeviceIsFull) {
  const UniqueFd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_GE(full.get(), 0);
  EXPECT_EQ(kind_of([&] { DescriptorSink(full.get(), "full").write(as_bytes("x")); }),
            ErrorKind::environment);
}

TEST(ScratchFile, HasNoName) {
  const test::TempDir dir;
  const UniqueFd scratch = open_scratch_file(dir.path());
  EXPECT_GE(scratch.get(), 0);
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace reproduce

#include "reproduce/base/file.hpp"

#include <filesystem>
#include <functional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

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

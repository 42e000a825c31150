#include "reproduce/base/random_access.hpp"

#include <array>
#include <string>

#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

std::string read(const RandomAccess& bytes, std::uint64_t offset, std::size_t size) {
  Bytes buffer(size);
  return std::string(as_text(ByteView(buffer).first(bytes.read_at(offset, buffer))));
}

void expect_hello(const RandomAccess& bytes) {
  EXPECT_EQ(bytes.size(), 5U);
  EXPECT_EQ(read(bytes, 0, 5), "hello");
  EXPECT_EQ(read(bytes, 1, 3), "ell");
  EXPECT_EQ(read(bytes, 3, 10), "lo");
  EXPECT_EQ(read(bytes, 5, 1), "");
  EXPECT_EQ(read(bytes, ~std::uint64_t{0}, 1), "");
}

TEST(RandomAccess, ReadsMemoryAtAnyPlace) {
  expect_hello(RandomAccessBytes(as_bytes("hello")));
}

TEST(RandomAccess, ReadsFilesAtAnyPlace) {
  const test::TempDir temp;
  expect_hello(RandomAccessFile(temp.write("file", "hello")));
}

TEST(RandomAccess, RefusesWhatCannotSeek) {
  for (const char* path : {"/dev/null", "/", "/no/such/file"})
    EXPECT_THROW((void)RandomAccessFile(path), Error) << path;
}

TEST(RangeSource, GivesAStretchAndNoMore) {
  const RandomAccessBytes bytes(as_bytes("hello"));
  RangeSource inside(bytes, 1, 3);
  EXPECT_EQ(as_text(read_all(inside, 10, "range")), "ell");
  RangeSource beyond(bytes, 3, 100);
  EXPECT_EQ(as_text(read_all(beyond, 10, "range")), "lo");
}

TEST(RangeSource, SkipsNoFurtherThanItsEnd) {
  const Bytes bytes{1, 2, 3, 4, 5, 6};
  const RandomAccessBytes memory(bytes);
  Bytes buffer(4);
  RangeSource source(memory, 1, 4);
  EXPECT_EQ(source.skip(2), 2U);
  EXPECT_EQ(source.read(buffer), 2U);
  EXPECT_EQ(buffer[0], 4);
  EXPECT_EQ(source.skip(1), 0U);
  // The range is longer than what there is.
  RangeSource beyond(memory, 4, 100);
  EXPECT_EQ(beyond.skip(50), 2U);
  EXPECT_EQ(beyond.read(buffer), 0U);
}

}  // namespace
}  // namespace reproduce

#include "compared.hpp"

namespace reproduce::content {
namespace {

using test::compared;
using test::joined;

Bytes pattern(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + (i >> 8));
  return bytes;
}

// The rows are those of hexdump -C.
TEST(ByteDifference, ShowsRowsAroundTheFirstByteThatDiffers) {
  const Bytes before = pattern(256);
  Bytes after = before;
  after[0x52] = 'X';
  const Difference difference = compared("a", before, after);
  EXPECT_EQ(difference.form, Form::bytes);
  EXPECT_EQ(difference.summary, "256 bytes: 1 differs, the first at 0x52");
  EXPECT_EQ(difference.lines.at(0), "@ bytes from 0x52 on");
  EXPECT_EQ(difference.lines.at(1),
            " 00000040  c0 c7 ce d5 dc e3 ea f1  f8 ff 06 0d 14 1b 22 29  |..............\")|");
  EXPECT_EQ(difference.lines.at(2),
            "-00000050  30 37 3e 45 4c 53 5a 61  68 6f 76 7d 84 8b 92 99  |07>ELSZahov}....|");
  EXPECT_EQ(difference.lines.at(3),
            "+00000050  30 37 58 45 4c 53 5a 61  68 6f 76 7d 84 8b 92 99  |07XELSZahov}....|");
}

TEST(ByteDifference, CountsBytesAndRanges) {
  const Bytes before = pattern(100'000);
  Bytes after = before;
  for (const std::size_t at : {10U, 11U, 15U, 50'000U, 99'999U}) after[at] ^= 1U;
  EXPECT_EQ(compared("a", before, after).summary,
            "100000 bytes: 5 differ in 3 ranges, the first at 0xa");
}

TEST(ByteDifference, FindsWhatWasPutIn) {
  const Bytes before = pattern(300'000);
  Bytes after = before;
  after.insert(after.begin() + 1000, {0xff, 0xfe, 0xfd});
  EXPECT_EQ(compared("a", before, after).summary,
            "300000 -> 300003 bytes: 0 bytes at 0x3e8 became 3, the 299000 bytes behind are the "
            "same");
}

TEST(ByteDifference, FindsWhatWasAddedAtTheEnd) {
  const Bytes before = pattern(64);
  const Bytes after = pattern(80);
  const Difference difference = compared("a", before, after);
  EXPECT_EQ(difference.summary,
            "64 -> 80 bytes: 0 bytes at 0x40 became 16, the 0 bytes behind are the same");
  EXPECT_TRUE(difference.lines.back().starts_with("+00000040")) << joined(difference);
}

TEST(ByteDifference, StopsWhereTheWorkDoesAndSaysSo) {
  const Bytes before = pattern(4'000'000);
  Bytes after = before;
  after.back() ^= 1U;
  Limits limits;
  limits.work_bytes = 1'000'000;
  const Difference difference = compared("a", before, after, limits);
  EXPECT_TRUE(difference.shortened);
  EXPECT_NE(difference.summary.find("were looked at"), std::string::npos) << difference.summary;
}

}  // namespace
}  // namespace reproduce::content

#include "reproduce/base/byte_reader.hpp"

#include <gtest/gtest.h>

#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/checked.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

TEST(ByteReader, ReadsBigEndianFieldsInTurn) {
  const Bytes bytes{1, 2, 3, 0, 0, 0, 0, 0, 0, 0x1f, 0x90};
  ByteReader in(bytes);
  EXPECT_EQ(in.read<std::uint8_t>("a"), 1U);
  EXPECT_EQ(in.read<std::uint16_t>("b"), 0x0203U);
  EXPECT_EQ(in.read<std::uint64_t>("c"), 0x1f90U);
  EXPECT_EQ(in.remaining(), 0U);
}

TEST(ByteReader, AHugeCountIsRefusedAndNothingIsLost) {
  const Bytes one{7};
  ByteReader in(one, 100);
  try {
    (void)in.take(~std::uint64_t{0}, "payload");
    FAIL() << "took 2^64-1 bytes of one";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_EQ(error.context().offset, 100U);
  }
  EXPECT_EQ(in.read<std::uint8_t>("still there"), 7U);
}

TEST(ByteWriter, WritesWhatTheReaderReads) {
  ByteWriter out;
  out.write(std::uint8_t{1});
  out.write(std::uint16_t{0x0203});
  out.write(std::uint32_t{0x04050607});
  out.write(std::uint64_t{0x08090a0b0c0d0e0f});
  out.write_zeros(1);
  EXPECT_EQ(std::move(out).bytes(), (Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0}));
}

TEST(Checked, ArithmeticThatOverflowsIsMalformed) {
  constexpr std::uint64_t most = ~std::uint64_t{0};
  EXPECT_EQ(checked_add(most - 1, 1, "sum"), most);
  EXPECT_THROW((void)checked_add(most, 1, "sum"), Error);
  EXPECT_EQ(checked_mul(most, 1, "product"), most);
  EXPECT_THROW((void)checked_mul(most / 2 + 1, 2, "product"), Error);
  EXPECT_EQ(narrow<std::uint8_t>(255U, "byte"), 255U);
  EXPECT_THROW((void)narrow<std::uint8_t>(256U, "byte"), Error);
  EXPECT_THROW((void)narrow<std::uint8_t>(-1, "byte"), Error);
}

}  // namespace
}  // namespace reproduce

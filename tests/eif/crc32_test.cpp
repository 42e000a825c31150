#include "reproduce/eif/crc32.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace reproduce::eif {
namespace {

// The check value of CRC-32/ISO-HDLC.
TEST(Crc32, GivesTheCheckValue) {
  Crc32 crc;
  crc.update(as_bytes("123456789"));
  EXPECT_EQ(crc.value(), 0xcbf43926U);
}

TEST(Crc32, AgreesWithZlibAtEveryLengthAndSplit) {
  Bytes bytes(1000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + 3);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    Crc32 crc;
    crc.update(ByteView(bytes).first(size / 3));
    crc.update(ByteView(bytes).first(size).subspan(size / 3));
    EXPECT_EQ(crc.value(), ::crc32(0, bytes.data(), static_cast<uInt>(size))) << size;
  }
}

TEST(Crc32, JoinsWhatWasComputedApart) {
  Crc32 first;
  Crc32 second;
  first.update(as_bytes("123456"));
  second.update(as_bytes("789"));
  first.append(second.value(), 3);
  EXPECT_EQ(first.value(), 0xcbf43926U);
  first.append(Crc32().value(), 0);
  EXPECT_EQ(first.value(), 0xcbf43926U);
}

}  // namespace
}  // namespace reproduce::eif

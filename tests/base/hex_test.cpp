#include "reproduce/base/hex.hpp"

#include <string>

#include <gtest/gtest.h>

namespace reproduce {
namespace {

TEST(Hex, WritesLowerCaseAndReadsEitherCase) {
  EXPECT_EQ(to_hex(Bytes{0x00, 0xab, 0xff}), "00abff");
  EXPECT_EQ(from_hex("00aBFf"), (Bytes{0x00, 0xab, 0xff}));
}

TEST(Hex, RefusesOddLengthsAndForeignCharacters) {
  for (const char* text : {"a", "0g", " 00", "00 ", "0x00", "é"})
    EXPECT_FALSE(from_hex(text)) << text;
}

// The test vectors of RFC 4648, section 10.
TEST(Base64, AgreesWithTheRfcVectors) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(as_bytes(plain)), encoded);
    const auto decoded = from_base64(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(as_text(*decoded), plain);
  }
}

TEST(Base64, ReadsTheUrlAlphabetAndMissingPadding) {
  EXPECT_EQ(from_base64("-_8"), (Bytes{0xfb, 0xff}));
  EXPECT_EQ(from_base64("+/8="), (Bytes{0xfb, 0xff}));
}

TEST(Base64, RefusesWhatHasASecondSpelling) {
  // loose bits, mixed alphabets, wrong padding, impossible lengths, foreign bytes
  for (const char* text :
       {"Zh==", "Zm9=", "+_8=", "Zg=", "Zg===", "Z", "Zm9vY", "Zg==Zg==", "Z g=", "Zm9v\n", "===="})
    EXPECT_FALSE(from_base64(text)) << text;
}

TEST(Hex, ANumberHasAsFewDigitsAsItNeeds) {
  EXPECT_EQ(hex_number(0), "0x0");
  EXPECT_EQ(hex_number(31), "0x1f");
  EXPECT_EQ(hex_number(0x1000), "0x1000");
  EXPECT_EQ(hex_number(0xffffffffffffffff), "0xffffffffffffffff");
}

}  // namespace
}  // namespace reproduce

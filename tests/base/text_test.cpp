#include "reproduce/base/text.hpp"

#include <array>
#include <string_view>

#include <gtest/gtest.h>

namespace reproduce {
namespace {

TEST(Printable, LeavesOrdinaryTextAloneInAnyScript) {
  EXPECT_EQ(printable("build/app.eif"), "build/app.eif");
  EXPECT_EQ(printable("größe 画像 😀"), "größe 画像 😀");
}

TEST(Printable, EscapesWhatWouldDeceiveATerminal) {
  EXPECT_EQ(printable("a\nb\x1b[31m\r\x7f"), "a\\x0ab\\x1b[31m\\x0d\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");           // C1 control
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\xe2\\x80\\xae");  // right-to-left override
  EXPECT_EQ(printable("a\\x0a"), "a\\\\x0a");               // no forged escape
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, EscapesInvalidUtf8ByteByByte) {
  EXPECT_EQ(printable("\xff\xc3("), "\\xff\\xc3(");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
}

TEST(FirstCharacters, AreCountedAndNeverCutApart) {
  EXPECT_EQ(first_characters("größe", 4), "größ");
  EXPECT_EQ(first_characters("画像x", 1), "画");
  EXPECT_EQ(first_characters("a\xff\xc3(", 3), "a\xff\xc3");
  EXPECT_EQ(first_characters("ab", 3), "ab");
  EXPECT_EQ(first_characters("", 3), "");
}

// The widths are those that Python's unicodedata.east_asian_width() and combining() give.
TEST(DisplayWidth, CountsTheColumnsOfATerminal) {
  EXPECT_EQ(display_width("path"), 4U);
  EXPECT_EQ(display_width("größe"), 5U);
  EXPECT_EQ(display_width("画像"), 4U);
  EXPECT_EQ(display_width("한글"), 4U);
  EXPECT_EQ(display_width("ｆｆ"), 4U);
  EXPECT_EQ(display_width("😀🚀"), 4U);
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);  // e and a combining acute accent
  EXPECT_EQ(display_width(""), 0U);
}

TEST(DisplayWidth, IsThatOfWhatPrintableMakes) {
  EXPECT_EQ(display_width("\t"), 4U);
  EXPECT_EQ(display_width("\xff"), 4U);
  EXPECT_EQ(display_width("\\"), 2U);
  EXPECT_EQ(display_width("\xe2\x80\xae"), 12U);  // right-to-left override
}

TEST(Nearest, FindsASlipAndLeavesStrangersAlone) {
  constexpr std::array<std::string_view, 3> names{"measure", "verify", "inspect"};
  EXPECT_EQ(nearest("mesure", names), "measure");
  EXPECT_EQ(nearest("verfiy", names), "verify");
  EXPECT_FALSE(nearest("frobnicate", names));
  EXPECT_FALSE(nearest(std::string(100000, 'x'), names));
}

TEST(ParseDecimal, TakesWholeNumbersOnly) {
  EXPECT_EQ(parse_decimal("18446744073709551615"), 18446744073709551615U);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x1", "18446744073709551616", "1.0"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

}  // namespace
}  // namespace reproduce

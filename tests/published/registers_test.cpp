#include "reproduce/published/registers.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::published {
namespace {

using testing::ElementsAre;
using testing::Pair;

const std::string a(96, 'a');
const std::string b(96, 'b');

ErrorKind refusal(const std::string& text) {
  try {
    (void)parse_registers(text);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::bug;
}

TEST(PublishedRegisters, AreTakenInTheFormsThatPeopleKeepThemIn) {
  for (const std::string& text :
       {R"({"Measurements":{"HashAlgorithm":"x","PCR0":")" + a + R"("}})",
        R"({"PCR0":")" + a + R"("})", R"({"pcr0":")" + a + R"(","HashAlgorithm":7})",
        R"({"pcrs":{"Pcr0":")" + a + R"("}})", a + " PCR0", a + " pcr0\r\n\n"})
    EXPECT_THAT(parse_registers(text), ElementsAre(Pair(0U, Bytes(48, 0xaa)))) << text;
}

// What nitro-tpm-pcr-compute 1.1.0 documents that it prints.
TEST(PublishedRegisters, OfNitroTpmPcrComputeAreTaken) {
  const std::string text = R"({"Measurements":{"HashAlgorithm":"SHA384","PCR4":")" + a +
                           R"(","PCR7":")" + b + R"(","PCR12":")" + a + R"("}})";
  EXPECT_THAT(parse_registers(text),
              ElementsAre(Pair(4U, Bytes(48, 0xaa)), Pair(7U, Bytes(48, 0xbb)),
                          Pair(12U, Bytes(48, 0xaa))));
}

TEST(PublishedRegisters, ThatAreNoneAreRefused) {
  for (const std::string& text :
       {std::string("{}"), std::string("{"), std::string(R"({"PCR0":"abc"})"), std::string(),
        std::string(R"({"PCR0":17})"), R"({"PCR32":")" + a + "\"}", std::string("[1]"),
        R"({"PCR0":")" + a + R"(","pcr0":")" + a + "\"}",
        R"({"PCR0":")" + a + R"(","PCR0":")" + a + "\"}", a + " PCR0\n" + a + " PCR0\n",
        std::string("abcd PCR0\n"), std::string(100'000, '{'),
        std::string(R"({"a":)") + std::string(20, '[') + std::string(20, ']') + "}"})
    EXPECT_EQ(refusal(text), ErrorKind::malformed) << text.substr(0, 80);
}

TEST(PublishedRegisters, ComeAsWordsOfACommandLine) {
  EXPECT_EQ(parse_assignment("0=" + a), std::pair(0U, Bytes(48, 0xaa)));
  EXPECT_EQ(parse_assignment("pcr16=" + b), std::pair(16U, Bytes(48, 0xbb)));
  EXPECT_EQ(parse_index("PCR31"), 31U);
  for (const std::string& text : {std::string(), std::string("0"), std::string("0="), "=" + a,
                                  "32=" + a, "-1=" + a, "0=" + a + "0", "0 =" + a, "x=" + a})
    EXPECT_THROW((void)parse_assignment(text), Error) << text;
}

TEST(PublishedRegisters, AreToldFromOtherFilesByContent) {
  const auto lines = [](const std::string& text) {
    return is_lines(RandomAccessBytes(as_bytes(text)));
  };
  EXPECT_TRUE(lines(a + " PCR0\n" + b + " PCR1\n"));
  EXPECT_FALSE(lines(""));
  EXPECT_FALSE(lines("\n\n"));
  EXPECT_FALSE(lines(a + "\n"));
  EXPECT_TRUE(starts_as_json(RandomAccessBytes(as_bytes("\n {\"a\""))));
  EXPECT_FALSE(starts_as_json(RandomAccessBytes(as_bytes("[toml]"))));
}

}  // namespace
}  // namespace reproduce::published

#include "reproduce/eif/metadata.hpp"

#include <string>
#include <utility>
#include <vector>

#include "support/toy_image.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::eif {
namespace {

TEST(CanonicalJson, SortsKeysAndKeepsTheLastDuplicate) {
  EXPECT_EQ(canonical_json(R"( {"b": 1, "a": {"z": [], "y": {}}, "b": 2} )"),
            R"({"a":{"y":{},"z":[]},"b":2})");
}

// The forms that serde_json gives, as AWS's builder wrote them.
TEST(CanonicalJson, PrintsNumbersAsSerdeDoes) {
  const std::pair<const char*, const char*> numbers[] = {
      {"1", "1"},
      {"2.0", "2.0"},
      {"1e3", "1000.0"},
      {"-0", "-0.0"},
      {"-0.0", "-0.0"},
      {"0", "0"},
      {"0.0", "0.0"},
      {"-1", "-1"},
      {"18446744073709551615", "18446744073709551615"},
      {"18446744073709551616", "1.8446744073709552e19"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"-9223372036854775809", "-9.223372036854776e18"},
      {"1e-7", "1e-7"},
      {"0.1", "0.1"},
      {"1e-5", "0.00001"},
      {"1.5e-5", "0.000015"},
      {"1e-6", "1e-6"},
      {"1.25e-6", "1.25e-6"},
      {"1e15", "1000000000000000.0"},
      {"1e16", "1e16"},
      {"1.5e16", "1.5e16"},
      {"123456789012345680.0", "1.2345678901234568e17"},
      {"1234567890123456.7", "1234567890123456.8"},
      {"5e-324", "5e-324"},
      {"1.7976931348623157e308", "1.7976931348623157e308"},
      {"-12.5", "-12.5"}};
  for (const auto& [text, form] : numbers) EXPECT_EQ(canonical_json(text), form) << text;
}

TEST(CanonicalJson, EscapesNoMoreThanSerdeDoes) {
  EXPECT_EQ(canonical_json(R"("\u00e9\u20ac \ud83d\ude00 \/ \" \\ \u0001 \u007f \n\b\f\r\t")"),
            "\"é€ 😀 / \\\" \\\\ \\u0001 \x7f \\n\\b\\f\\r\\t\"");
}

TEST(CanonicalJson, RefusesWhatIsNotJson) {
  for (const char* text : {"", "nul", "{", "[1,]", "{\"a\":}", "1 2", "\"\xff\"", "01", "1e400",
                           "\"\\ud800\"", "'a'", "[1]x"})
    EXPECT_THROW((void)canonical_json(text), Error) << text;
}

TEST(CanonicalJson, RefusesNestingBeyondTheLimitWithoutRecursing) {
  EXPECT_NO_THROW((void)canonical_json(std::string(128, '[') + std::string(128, ']')));
  EXPECT_THROW((void)canonical_json(std::string(129, '[') + std::string(129, ']')), Error);
  EXPECT_THROW((void)canonical_json(std::string(1000000, '[')), Error);
}

TEST(Metadata, SurvivesARoundTrip) {
  const Metadata metadata{.image_name = "a\"b\\c/d\te<é",
                          .image_version = "2",
                          .build_time = "2020-01-01T00:00:00+00:00",
                          .build_tool = "t",
                          .build_tool_version = "v",
                          .operating_system = "Linux",
                          .kernel_version = "6.12",
                          .docker_info = R"({"a":1})",
                          .custom_metadata = R"([1.5,null])"};
  EXPECT_EQ(decode_metadata(encode_metadata(metadata)), metadata);
}

TEST(Metadata, IsWrittenInAwsKeyOrder) {
  const Bytes bytes = encode_metadata({.image_name = "toy",
                                       .image_version = "1.0",
                                       .build_time = "1970-01-01T00:00:00+00:00",
                                       .build_tool = "test",
                                       .build_tool_version = "1",
                                       .operating_system = "OS",
                                       .kernel_version = "kernel"});
  EXPECT_EQ(as_text(bytes), test::toy_metadata());
}

TEST(Metadata, RefusesMissingKeysWrongTypesAndTrailingBytes) {
  const std::string good = test::toy_metadata();
  const auto without = [&](const std::string& cut) {
    std::string text = good;
    text.replace(text.find(cut), cut.size(), "");
    return text;
  };
  for (const std::string& text :
       {without(R"("ImageName":"toy",)"), without(R"("ImageVersion":"1.0",)"),
        without(R"("BuildTool":"test",)"), without(R"("DockerInfo":null,)"),
        without(R"("KernelVersion":"kernel")"), good + std::string(1, '\0'), good + "{}",
        std::string("[]"), std::string("null"), std::string(R"({"ImageName":1})")})
    EXPECT_THROW((void)decode_metadata(as_bytes(text)), Error) << text;
  EXPECT_NO_THROW((void)decode_metadata(as_bytes(good + " \n")));
}

TEST(Metadata, RefusesToWriteTextThatIsNotUtf8) {
  EXPECT_THROW((void)encode_metadata({.image_name = "\xff"}), Error);
}

TEST(KernelConfig, GivesWordsOneAndThreeOfTheThirdLine) {
  const KernelConfigInfo info = parse_kernel_config(
      "#\n# Automatically generated file; DO NOT EDIT.\n"
      "# Linux/x86_64 4.14.256-209.484.amzn2.x86_64 Kernel Configuration\n#\n");
  EXPECT_EQ(info.operating_system, "Linux");
  EXPECT_EQ(info.kernel_version, "4.14.256");
}

TEST(KernelConfig, SaysUnknownForMissingWordsAndRefusesShortFiles) {
  EXPECT_EQ(parse_kernel_config("a\nb\nc").operating_system, "Unknown");
  EXPECT_THROW((void)parse_kernel_config("a\nb\n"), Error);
  EXPECT_THROW((void)parse_kernel_config(""), Error);
}

}  // namespace
}  // namespace reproduce::eif

#include "reproduce/base/json_text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace reproduce {
namespace {

constexpr std::size_t levels = 3;

std::optional<JsonFault::Kind> kind_of(std::string_view text) {
  const std::optional<JsonFault> fault = find_json_fault(text, levels);
  return fault ? std::optional(fault->kind) : std::nullopt;
}

TEST(JsonText, FindsNoFaultInWhatHasOneMeaning) {
  for (const char* text : {"{}", "[]", "1", "null", "\"a\"", R"({"a": 1, "A": 2})",
                           R"({"a": {"a": {"a": 1}}})", R"([{"a": 1}, {"a": 2}])"})
    EXPECT_EQ(kind_of(text), std::nullopt) << text;
}

TEST(JsonText, NamesAKeyThatARecordHasTwice) {
  const std::optional<JsonFault> fault = find_json_fault(R"({"a": {"b": 1, "b": 1}})", levels);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->kind, JsonFault::Kind::repeated_key);
  EXPECT_EQ(fault->got, "b");
  // The same key, spelled with an escape.
  EXPECT_EQ(kind_of(R"({"a": 1, "\u0061": 2})"), JsonFault::Kind::repeated_key);
}

TEST(JsonText, RefusesMoreLevelsThanAllowed) {
  EXPECT_EQ(kind_of("[[[1]]]"), std::nullopt);
  EXPECT_EQ(kind_of("[[[[]]]]"), JsonFault::Kind::too_deep);
  EXPECT_EQ(kind_of(R"({"a": [{"b": {}}]})"), JsonFault::Kind::too_deep);
  EXPECT_EQ(kind_of(std::string(1'000'000, '[')), JsonFault::Kind::too_deep);
}

TEST(JsonText, RefusesMoreValuesThanMemoryIsForWhateverTheyAre) {
  const auto list_of = [](std::size_t count, std::string_view value) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) (text += value) += ',';
    text.back() = ']';
    return text;
  };
  EXPECT_EQ(kind_of(list_of(most_json_values - 1, "1")), std::nullopt);
  for (const char* value : {"1", "-1", "0.5", "null", "true", "\"\"", "[]", "{}"})
    EXPECT_EQ(kind_of(list_of(most_json_values, value)), JsonFault::Kind::too_many) << value;
  std::string keys = "{";
  for (std::size_t i = 0; i < most_json_values / 2; ++i) keys += '"' + std::to_string(i) + "\":1,";
  keys.back() = '}';
  EXPECT_EQ(kind_of(keys), JsonFault::Kind::too_many);
}

TEST(JsonText, FindsAKeyOfTheOutermostRecordAlone) {
  EXPECT_TRUE(has_outer_key(R"({"b": [], "a": {"b": 1}})", "a", levels));
  EXPECT_TRUE(has_outer_key(R"({"\u0061": null})", "a", levels));
  for (const char* text : {R"({"b": {"a": 1}})", R"([{"a": 1}])", R"(["a"])", "\"a\"", "", "{}",
                           R"({"a": 1)", R"({"a": 1, "a": 2})", R"({"a": [[[]]]})"})
    EXPECT_FALSE(has_outer_key(text, "a", levels)) << text;
}

TEST(JsonText, SaysWhereATextStopsBeingJson) {
  for (const char* text : {"", "{", "{]", "1 2", "{\"a\": }", "nul", "\"\xff\"", "1e999", "{} x"})
    EXPECT_EQ(kind_of(text), JsonFault::Kind::syntax) << text;
  const std::optional<JsonFault> fault = find_json_fault("{\"a\" 1}", levels);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->offset, 5U);
  EXPECT_TRUE(fault->got.starts_with("parse error at line 1, column 6")) << fault->got;
}

}  // namespace
}  // namespace reproduce

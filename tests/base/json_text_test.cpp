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

TEST(JsonText, SaysWhereATextStopsBeingJson) {
  for (const char* text : {"", "{", "{]", "1 2", "{\"a\": }", "nul", "\"\xff\"", "1e999", "{} x"})
    EXPECT_EQ(kind_of(text), JsonFault::Kind::syntax) << text;
  const std::optional<JsonFault> fault = find_json_fault("{\"a\" 1}", levels);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->offset, 5U);
}

}  // namespace
}  // namespace reproduce

#include "reproduce/base/enumeration.hpp"

#include <gtest/gtest.h>

namespace reproduce {
namespace {

TEST(Enumeration, IsAsPeopleSayIt) {
  EXPECT_EQ(enumeration({}), "");
  EXPECT_EQ(enumeration({"a"}), "a");
  EXPECT_EQ(enumeration({"a", "b"}), "a and b");
  EXPECT_EQ(enumeration({"a", "b", "c"}), "a, b and c");
}

}  // namespace
}  // namespace reproduce

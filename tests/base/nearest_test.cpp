#include <array>

#include <gtest/gtest.h>

#include "reproduce/base/text.hpp"

namespace reproduce {
namespace {

constexpr std::array<std::string_view, 4> names{"mode", "name", "version", "compression"};

TEST(Nearest, FindsASwapOfTwoLetters) {
  EXPECT_EQ(nearest("mdoe", names), "mode");
  EXPECT_EQ(nearest("naem", names), "name");
}

TEST(Nearest, FindsOneLetterTooManyTooFewOrWrong) {
  EXPECT_EQ(nearest("moode", names), "mode");
  EXPECT_EQ(nearest("mde", names), "mode");
  EXPECT_EQ(nearest("mose", names), "mode");
}

TEST(Nearest, ForgivesMoreInLongerWords) {
  EXPECT_EQ(nearest("compresion", names), "compression");
  EXPECT_EQ(nearest("comprrresion", names), "compression");
}

TEST(Nearest, LeavesStrangersAlone) {
  EXPECT_EQ(nearest("file", names), std::nullopt);
  EXPECT_EQ(nearest("", names), std::nullopt);
  EXPECT_EQ(nearest(std::string(65, 'a'), names), std::nullopt);
}

}  // namespace
}  // namespace reproduce

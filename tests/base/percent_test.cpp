#include "reproduce/base/percent.hpp"

#include <gtest/gtest.h>

namespace reproduce {
namespace {

TEST(Percent, KeepsWhatAUriMayHaveAndWhatIsAskedFor) {
  EXPECT_EQ(percent_encoded("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(percent_encoded("a b/c:d"), "a%20b%2Fc%3Ad");
  EXPECT_EQ(percent_encoded("a b/c:d", "/"), "a%20b/c%3Ad");
  EXPECT_EQ(percent_encoded("\xc3\xa9%\n"), "%C3%A9%25%0A");
  EXPECT_EQ(percent_encoded(""), "");
}

}  // namespace
}  // namespace reproduce

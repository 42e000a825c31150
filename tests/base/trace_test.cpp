#include "reproduce/base/trace.hpp"

#include <string>

#include <gtest/gtest.h>

namespace reproduce {
namespace {

// Nobody has turned it on here; tests/cli/trace.sh shows what it writes when somebody has.
TEST(Trace, AsksForNoMessageWhileItIsOff) {
  int asked = 0;
  trace("base", [&] {
    ++asked;
    return std::string();
  });
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace reproduce

#include "reproduce/base/processors.hpp"

#include <future>

#include <sched.h>

#include <gtest/gtest.h>

namespace reproduce {
namespace {

// On a thread of its own: only that one is bound to a processor.
TEST(Processors, AreThoseThatTheProcessMayUse) {
  EXPECT_GE(usable_processors(), 1U);
  const unsigned bound = std::async(std::launch::async, [] {
                           const int here = ::sched_getcpu();
                           cpu_set_t one;
                           CPU_ZERO(&one);
                           CPU_SET(static_cast<std::size_t>(here), &one);
                           EXPECT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
                           return usable_processors();
                         }).get();
  EXPECT_EQ(bound, 1U);
}

}  // namespace
}  // namespace reproduce

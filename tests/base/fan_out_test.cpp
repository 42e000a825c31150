#include "reproduce/base/fan_out.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace reproduce {
namespace {

void push(FanOut& fan_out, const std::string& text, std::uint32_t tag) {
  const auto chunk = fan_out.prepare();
  std::copy(text.begin(), text.end(), chunk.begin());
  fan_out.commit(text.size(), tag);
}

TEST(FanOut, EveryConsumerSeesEverythingInOrderWithItsTag) {
  std::string first;
  std::uint64_t second = 0;
  FanOut fan_out({[&](ByteView chunk, std::uint32_t) { first += as_text(chunk); },
                  [&](ByteView chunk, std::uint32_t tag) { second += tag * chunk.size(); }});
  std::string expected;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    push(fan_out, std::to_string(i), 2);
    expected += std::to_string(i);
  }
  fan_out.finish();
  EXPECT_EQ(first, expected);
  EXPECT_EQ(second, 2 * expected.size());
}

TEST(FanOut, AFailingConsumerFailsTheProducer) {
  FanOut fan_out({[](ByteView, std::uint32_t tag) {
    if (tag == 3) throw std::runtime_error("consumer");
  }});
  EXPECT_THROW(
      {
        for (std::uint32_t i = 0; i < 1000; ++i) push(fan_out, "x", i);
        fan_out.finish();
      },
      std::runtime_error);
}

TEST(FanOut, GivesChunksOfTheSizeAskedForThatStartAtPages) {
  FanOut fan_out({[](ByteView, std::uint32_t) {}}, {.chunk_bytes = 5000, .chunks = 2});
  for (int i = 0; i < 5; ++i) {
    const auto chunk = fan_out.prepare();
    EXPECT_EQ(chunk.size(), 5000U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(chunk.data()) % FanOut::alignment, 0U);
    fan_out.commit(chunk.size(), 0);
  }
}

TEST(FanOut, AnAbandonedStreamEndsItsThreads) {
  FanOut fan_out({[](ByteView, std::uint32_t) {}});
  push(fan_out, "x", 0);
  SUCCEED();
}

}  // namespace
}  // namespace reproduce

#include "reproduce/base/fan_out.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

TEST(FanOut, ByteKOfTheStreamLiesAtKModuloAPageInMemory) {
  FanOut fan_out({[](ByteView, std::uint32_t) {}}, {},
                 {.chunk_bytes = 2 * page_bytes, .chunks = 2});
  std::size_t position = 0;
  for (const std::size_t size : {1U, 4095U, 560U, 100000U, 7U, 100000U, 100000U}) {
    const auto room = fan_out.prepare();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(room.data()) % page_bytes, position % page_bytes);
    EXPECT_EQ(room.size(), 2 * page_bytes - position % (2 * page_bytes));
    const std::size_t taken = std::min<std::size_t>(size, room.size());
    fan_out.commit(taken, 0);
    position += taken;
  }
}

/// Pieces of many sizes, some of them of one byte, some of a whole chunk.
std::string push_pieces(FanOut& fan_out) {
  std::string all;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const auto room = fan_out.prepare();
    const std::size_t size = i % 7 == 0 ? room.size() : std::min<std::size_t>(i % 7, room.size());
    std::fill_n(room.begin(), size, static_cast<std::uint8_t>(i));
    all.append(size, static_cast<char>(i));
    fan_out.commit(size, i);
  }
  fan_out.finish();
  return all;
}

TEST(FanOut, TheDrainSeesAllBytesInOrderManyAtOnce) {
  constexpr FanOut::Ring ring{.chunk_bytes = page_bytes, .chunks = 8};
  std::string drained;
  std::string consumed;
  std::size_t calls = 0;
  std::size_t largest = 0;
  FanOut fan_out(
      {[&](ByteView chunk, std::uint32_t) { consumed += as_text(chunk); }},
      [&](ByteView bytes) {
        if (++calls == 1) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        largest = std::max(largest, bytes.size());
        drained += as_text(bytes);
      },
      ring);
  const std::string all = push_pieces(fan_out);
  EXPECT_TRUE(drained == all);
  EXPECT_TRUE(consumed == all);
  EXPECT_LT(calls, 3000U);
  EXPECT_LE(largest, 2 * page_bytes);
}

TEST(FanOut, ARingOfOneChunkIsEnough) {
  std::string drained;
  FanOut fan_out({}, [&](ByteView bytes) { drained += as_text(bytes); },
                 {.chunk_bytes = page_bytes, .chunks = 1});
  EXPECT_TRUE(push_pieces(fan_out) == drained);
}

TEST(FanOut, AFailingDrainFailsTheProducer) {
  FanOut fan_out({[](ByteView, std::uint32_t) {}},
                 [](ByteView) { throw std::runtime_error("drain"); });
  EXPECT_THROW((void)push_pieces(fan_out), std::runtime_error);
  EXPECT_THROW((void)fan_out.prepare(), std::runtime_error);
  EXPECT_THROW(fan_out.finish(), std::runtime_error);
}

TEST(FanOut, NoConsumerIsCalledByTwoThreadsAtOnce) {
  std::array<std::atomic<int>, 5> inside{};
  std::atomic<bool> twice = false;
  std::vector<FanOut::Consumer> consumers;
  consumers.reserve(inside.size());
  for (std::atomic<int>& mine : inside)
    consumers.emplace_back([&](ByteView, std::uint32_t) {
      if (mine++ != 0) twice = true;
      std::this_thread::yield();
      --mine;
    });
  FanOut fan_out(std::move(consumers), {}, {.chunk_bytes = page_bytes, .chunks = 2});
  (void)push_pieces(fan_out);
  EXPECT_FALSE(twice);
}

// With one processor as with many: the producer's thread is there to help.
TEST(FanOut, AConsumerThatIsHeldUpHoldsUpNoOther) {
  std::promise<void> second_was_here;
  std::uint32_t seen = 0;
  FanOut fan_out({[&](ByteView, std::uint32_t tag) {
                    if (tag == 0) second_was_here.get_future().wait();
                  },
                  [&](ByteView, std::uint32_t) {
                    if (++seen == 3) second_was_here.set_value();
                  }});
  for (std::uint32_t i = 0; i < 3; ++i) push(fan_out, "x", i);
  fan_out.finish();
  EXPECT_EQ(seen, 3U);
}

TEST(FanOut, AnAbandonedStreamEndsItsThreads) {
  FanOut fan_out({[](ByteView, std::uint32_t) {}});
  push(fan_out, "x", 0);
  SUCCEED();
}

}  // namespace
}  // namespace reproduce

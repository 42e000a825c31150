#pragma once

/// One stream to several threads at once: read once, hashed often, written as it lies.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "reproduce/base/aligned_memory.hpp"
#include "reproduce/base/bytes.hpp"

namespace reproduce {

/// A ring of bytes between one producer and several consumers.
///
///     producer   prepare() -> fill -> commit(size, tag) -> ... -> finish()
///     consumers  each sees every committed chunk, in order, with its tag
///     drain      sees the same bytes, many at once
///
/// Consumers compute. There is a thread for each processor but the producer's own, and at least
/// one. Each takes whichever consumer is the furthest behind, for one chunk, and so does the
/// producer instead of waiting for room. So no processor idles while there is something to do,
/// and no more threads than processors get into each other's way. A consumer is called by one
/// thread at a time, but not always by the same one. The drain may wait, for a disk say, and has
/// a thread of its own, which is woken for a quarter of the ring, or when the producer waits.
///
/// The producer runs ahead of the slowest of them by at most the ring, which is all the memory
/// that is used. A committed chunk stays readable for the producer, too, until its next
/// prepare(). The first exception of a consumer or the drain comes out of prepare() or finish().
class FanOut {
 public:
  /// `tag` is whatever commit() was given.
  using Consumer = std::function<void(ByteView chunk, std::uint32_t tag)>;
  using Drain = std::function<void(ByteView bytes)>;

  /// How large a chunk is at most, and how many of these there is room for; `chunk_bytes` is a
  /// multiple of page_bytes. 8 MiB ride out a slow read; large chunks change threads
  /// seldom (docs/performance.md).
  struct Ring {
    std::size_t chunk_bytes = std::size_t{1} << 20;
    std::size_t chunks = 8;
  };

  /// `drain` may be empty.
  explicit FanOut(std::vector<Consumer> consumers, const Drain& drain = {});
  FanOut(std::vector<Consumer> consumers, const Drain& drain, Ring ring);
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;
  FanOut(FanOut&&) = delete;
  FanOut& operator=(FanOut&&) = delete;
  ~FanOut();

  /// Room for the next chunk, never empty; works until there is some. Byte k of the stream lies
  /// at k modulo page_bytes in memory, so that whole pages of a file can be written from here.
  [[nodiscard]] std::span<std::uint8_t> prepare();

  /// Hands the first `size` bytes of what was prepared to the consumers.
  void commit(std::size_t size, std::uint32_t tag);

  /// Works until everybody has seen everything. What the consumers wrote is visible to the
  /// caller afterwards. More may follow.
  void finish();

 private:
  using Lock = std::unique_lock<std::mutex>;

  struct Chunk {
    std::uint64_t begin = 0;  // in the stream
    std::size_t size = 0;
    std::uint32_t tag = 0;
  };
  struct Lane {
    Consumer consumer;
    std::uint64_t consumed = 0;  // chunks done
    bool busy = false;           // some thread runs the consumer
  };
  struct DrainLane {
    Drain drain;
    std::uint64_t consumed = 0;
  };

  void work();
  void work_on_drain();
  bool work_once(Lock& lock);
  template <typename Reached>
  void work_until(Lock& lock, const Reached& reached);
  void stop() noexcept;

  [[nodiscard]] Lane* hindmost();
  [[nodiscard]] std::uint64_t slowest() const;
  [[nodiscard]] bool has_room_for(std::size_t size) const;
  [[nodiscard]] bool is_worth_draining() const;
  [[nodiscard]] std::size_t drain_batch() const { return memory_.bytes().size() / 4; }
  [[nodiscard]] Chunk& chunk(std::uint64_t number) { return chunks_[number % chunks_.size()]; }
  [[nodiscard]] const Chunk& chunk(std::uint64_t number) const {
    return chunks_[number % chunks_.size()];
  }
  [[nodiscard]] std::span<std::uint8_t> memory_at(std::uint64_t begin, std::size_t size) const;

  std::vector<Lane> lanes_;
  std::optional<DrainLane> drain_;
  std::size_t chunk_bytes_;
  AlignedMemory memory_;
  std::vector<Chunk> chunks_;  // a ring as well
  std::mutex mutex_;
  std::condition_variable consumer_work_;  // has appeared
  std::condition_variable drain_work_;
  std::condition_variable done_;  // some of it; for the producer
  std::uint64_t produced_ = 0;    // chunks committed
  std::uint64_t produced_bytes_ = 0;
  bool producer_waits_ = false;
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;  // last, so that all else lives longer
};

}  // namespace reproduce

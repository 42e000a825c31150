#pragma once

/// One stream of chunks to several threads at once: read once, hashed often.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "reproduce/base/bytes.hpp"

namespace reproduce {

/// A ring of chunks between one producer and a thread for each consumer.
///
///     producer   prepare() -> fill -> commit(size, tag) -> ... -> finish()
///     consumers  each sees every committed chunk, in order, with its tag
///
/// The producer runs ahead of the slowest consumer by at most the ring, which
/// is all the memory that is used. A committed chunk stays readable for the
/// producer, too, until its next prepare(). The first exception of a consumer
/// comes out of prepare() or finish().
class FanOut {
 public:
  /// `tag` is whatever commit() was given.
  using Consumer = std::function<void(ByteView chunk, std::uint32_t tag)>;

  /// How large a chunk is, in bytes, and how many there are. 8 MiB ride out a slow read, and
  /// let more threads than there are processors take turns without one of those running dry;
  /// large chunks wake them seldom (docs/performance.md).
  struct Ring {
    std::size_t chunk_bytes = std::size_t{1} << 20;
    std::size_t chunks = 8;
  };

  /// Every chunk starts at a multiple of this many bytes in memory, as input and
  /// output without the page cache want it.
  static constexpr std::size_t alignment = 4096;

  explicit FanOut(std::vector<Consumer> consumers);
  FanOut(std::vector<Consumer> consumers, Ring ring);
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;
  FanOut(FanOut&&) = delete;
  FanOut& operator=(FanOut&&) = delete;
  ~FanOut();

  /// The next free chunk, Ring::chunk_bytes long; waits until one is free.
  [[nodiscard]] std::span<std::uint8_t> prepare();

  /// Hands the first `size` bytes of the prepared chunk to the consumers.
  void commit(std::size_t size, std::uint32_t tag);

  /// Waits until every consumer has seen everything. What the consumers wrote
  /// is visible to the caller afterwards. More may follow.
  void finish();

 private:
  struct Chunk {
    std::unique_ptr<std::uint8_t[]> memory;  // made when it is needed
    std::span<std::uint8_t> aligned;         // the part of it that is used
    std::size_t size = 0;
    std::uint32_t tag = 0;
  };

  void consume(std::size_t consumer);
  void stop() noexcept;
  [[nodiscard]] std::uint64_t slowest() const;
  void rethrow_failure();

  std::vector<Consumer> consumers_;
  std::size_t chunk_bytes_;
  std::vector<Chunk> ring_;
  std::mutex mutex_;
  std::condition_variable produced_changed_;
  std::condition_variable consumed_changed_;
  std::uint64_t produced_ = 0;           // chunks committed
  std::vector<std::uint64_t> consumed_;  // chunks done, by consumer
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;  // last, so that all else lives longer
};

}  // namespace reproduce

#include "reproduce/base/fan_out.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace reproduce {

FanOut::FanOut(std::vector<Consumer> consumers) : FanOut(std::move(consumers), Ring{}) {}

FanOut::FanOut(std::vector<Consumer> consumers, Ring ring)
    : consumers_(std::move(consumers)),
      chunk_bytes_(ring.chunk_bytes),
      ring_(ring.chunks),
      consumed_(consumers_.size()) {
  try {
    for (std::size_t consumer = 0; consumer < consumers_.size(); ++consumer)
      threads_.emplace_back([this, consumer] { consume(consumer); });
  } catch (...) {
    stop();
    throw;
  }
}

FanOut::~FanOut() {
  stop();
}

void FanOut::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  produced_changed_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::uint64_t FanOut::slowest() const {
  return consumed_.empty() ? produced_ : *std::min_element(consumed_.begin(), consumed_.end());
}

void FanOut::rethrow_failure() {
  if (failure_) std::rethrow_exception(failure_);
}

std::span<std::uint8_t> FanOut::prepare() {
  std::unique_lock lock(mutex_);
  consumed_changed_.wait(lock, [this] { return failure_ || produced_ - slowest() < ring_.size(); });
  rethrow_failure();
  Chunk& chunk = ring_[produced_ % ring_.size()];
  lock.unlock();
  if (!chunk.memory) {  // once a slot, and not cleared: short streams need little memory
    std::size_t space = chunk_bytes_ + alignment - 1;
    chunk.memory = std::make_unique_for_overwrite<std::uint8_t[]>(space);
    void* start = chunk.memory.get();
    std::align(alignment, chunk_bytes_, start, space);  // cannot fail: the space is there
    chunk.aligned = {static_cast<std::uint8_t*>(start), chunk_bytes_};
  }
  return chunk.aligned;
}

void FanOut::commit(std::size_t size, std::uint32_t tag) {
  if (size == 0) return;
  {
    const std::lock_guard lock(mutex_);
    Chunk& chunk = ring_[produced_ % ring_.size()];
    chunk.size = size;
    chunk.tag = tag;
    ++produced_;
  }
  produced_changed_.notify_all();
}

void FanOut::consume(std::size_t consumer) {
  for (;;) {
    std::unique_lock lock(mutex_);
    std::uint64_t& done = consumed_[consumer];
    produced_changed_.wait(lock, [&] { return stopping_ || done < produced_; });
    if (stopping_) return;
    const Chunk& chunk = ring_[done % ring_.size()];
    lock.unlock();
    try {
      consumers_[consumer](chunk.aligned.first(chunk.size), chunk.tag);
    } catch (...) {
      lock.lock();
      if (!failure_) failure_ = std::current_exception();
      lock.unlock();
      consumed_changed_.notify_all();
      return;
    }
    lock.lock();
    ++done;
    lock.unlock();
    consumed_changed_.notify_all();
  }
}

void FanOut::finish() {
  std::unique_lock lock(mutex_);
  consumed_changed_.wait(lock, [this] { return failure_ || slowest() == produced_; });
  rethrow_failure();
}

}  // namespace reproduce

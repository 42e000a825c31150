#include "reproduce/base/fan_out.hpp"

#include <algorithm>
#include <utility>

#include "reproduce/base/processors.hpp"

namespace reproduce {
namespace {

/// Chunks may be short, of a pipe for example; so many of these for one of full size.
constexpr std::size_t short_chunks = 8;

/// Of which the producer's own thread is not one.
std::size_t threads_for(std::size_t consumers) {
  const std::size_t processors = std::max(2U, usable_processors());
  return std::min(consumers, processors - 1);
}

}  // namespace

FanOut::FanOut(std::vector<Consumer> consumers, const Drain& drain)
    : FanOut(std::move(consumers), drain, Ring{}) {}

FanOut::FanOut(std::vector<Consumer> consumers, const Drain& drain, Ring ring)
    : chunk_bytes_(ring.chunk_bytes),
      memory_(ring.chunk_bytes * ring.chunks),
      chunks_(ring.chunks * short_chunks) {
  for (Consumer& consumer : consumers) lanes_.push_back({.consumer = std::move(consumer)});
  if (drain) drain_ = DrainLane{.drain = drain};
  try {
    for (std::size_t count = threads_for(lanes_.size()); count > 0; --count)
      threads_.emplace_back([this] { work(); });
    if (drain_) threads_.emplace_back([this] { work_on_drain(); });
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
  consumer_work_.notify_all();
  drain_work_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

std::uint64_t FanOut::slowest() const {
  std::uint64_t least = drain_ ? drain_->consumed : produced_;
  for (const Lane& lane : lanes_) least = std::min(least, lane.consumed);
  return least;
}

bool FanOut::has_room_for(std::size_t size) const {
  const std::uint64_t oldest = slowest();
  if (oldest == produced_) return true;
  return produced_ - oldest < chunks_.size() &&
         produced_bytes_ + size - chunk(oldest).begin <= memory_.bytes().size();
}

/// Bytes that do not go around the ring's end.
std::span<std::uint8_t> FanOut::memory_at(std::uint64_t begin, std::size_t size) const {
  return memory_.bytes().subspan(static_cast<std::size_t>(begin % memory_.bytes().size()), size);
}

/// Of the lanes that have something to do and nobody who does it.
FanOut::Lane* FanOut::hindmost() {
  Lane* found = nullptr;
  for (Lane& lane : lanes_)
    if (!lane.busy && lane.consumed < produced_ &&
        (found == nullptr || lane.consumed < found->consumed))
      found = &lane;
  return found;
}

/// Runs one consumer for one chunk, without the lock. Says whether there was one to run.
bool FanOut::work_once(Lock& lock) {
  Lane* const lane = failure_ ? nullptr : hindmost();
  if (lane == nullptr) return false;
  const Chunk next = chunk(lane->consumed);
  lane->busy = true;
  lock.unlock();
  std::exception_ptr failure;
  try {
    lane->consumer(memory_at(next.begin, next.size), next.tag);
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  lane->busy = false;
  ++lane->consumed;
  if (failure && !failure_) failure_ = failure;
  return true;
}

void FanOut::work() {
  Lock lock(mutex_);
  while (!stopping_) {
    if (work_once(lock))
      done_.notify_one();
    else
      consumer_work_.wait(lock);
  }
}

void FanOut::work_on_drain() {
  Lock lock(mutex_);
  while (!stopping_ && !failure_) {
    if (!is_worth_draining()) {
      drain_work_.wait(lock);
      continue;
    }
    std::uint64_t end = drain_->consumed;
    const std::uint64_t begin = chunk(end).begin;
    std::size_t size = 0;
    const auto follows = [&](const Chunk& next) {
      // A chunk that starts at the ring's end lies at the front of the memory.
      return size + next.size <= drain_batch() && next.begin % memory_.bytes().size() != 0;
    };
    while (end < produced_ && (size == 0 || follows(chunk(end)))) size += chunk(end++).size;
    lock.unlock();
    std::exception_ptr failure;
    try {
      drain_->drain(memory_at(begin, size));
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    drain_->consumed = end;
    if (failure && !failure_) failure_ = failure;
    done_.notify_one();
  }
}

/// Seldom and much at a time, unless somebody waits for it.
bool FanOut::is_worth_draining() const {
  if (drain_->consumed == produced_) return false;
  return producer_waits_ || produced_bytes_ - chunk(drain_->consumed).begin >= drain_batch();
}

/// The producer's share of the work: whatever it can get until `reached`, or a failure.
template <typename Reached>
void FanOut::work_until(Lock& lock, const Reached& reached) {
  while (!failure_ && !reached()) {
    if (work_once(lock)) {
      consumer_work_.notify_one();  // that consumer is free again, and may have more to do
      continue;
    }
    producer_waits_ = true;
    drain_work_.notify_one();
    done_.wait(lock);
    producer_waits_ = false;
  }
  if (failure_) std::rethrow_exception(failure_);
}

std::span<std::uint8_t> FanOut::prepare() {
  Lock lock(mutex_);
  // Up to the next multiple of a chunk: whole pages again, and never around the ring's end.
  const std::size_t size = chunk_bytes_ - static_cast<std::size_t>(produced_bytes_ % chunk_bytes_);
  work_until(lock, [&] { return has_room_for(size); });
  return memory_at(produced_bytes_, size);
}

void FanOut::commit(std::size_t size, std::uint32_t tag) {
  if (size == 0) return;
  bool is_drain_due = false;
  {
    const Lock lock(mutex_);
    chunk(produced_++) = {.begin = produced_bytes_, .size = size, .tag = tag};
    produced_bytes_ += size;
    is_drain_due = drain_ && is_worth_draining();
  }
  consumer_work_.notify_all();
  if (is_drain_due) drain_work_.notify_one();
}

void FanOut::finish() {
  Lock lock(mutex_);
  work_until(lock, [this] { return slowest() == produced_; });
}

}  // namespace reproduce

#pragma once

/// How far long work has come: one line on a terminal, after half a second,
/// gone at the end. Off a terminal there is nothing.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "terminal.hpp"

namespace reproduce::cli {

class Progress {
 public:
  /// `total`: bytes in all; 0 when unknown. `terminal` must outlive this.
  Progress(const Terminal& terminal, std::string label, std::uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  Progress(Progress&&) = delete;
  Progress& operator=(Progress&&) = delete;
  ~Progress();

  /// Bytes done so far, from one thread.
  void update(std::uint64_t done);

  /// update() as the library takes it; empty when nothing would be shown.
  [[nodiscard]] std::function<void(std::uint64_t)> callback();

 private:
  using Clock = std::chrono::steady_clock;

  const Terminal& terminal_;
  std::string label_;
  std::uint64_t total_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_ = started_;
  bool visible_ = false;
};

}  // namespace reproduce::cli

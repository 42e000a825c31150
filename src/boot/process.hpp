#pragma once

/// A program that ends with us, whatever happens.

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "reproduce/base/file.hpp"

namespace reproduce::boot {

struct ProcessSetup {
  std::vector<std::string> words{};        ///< the program, an absolute path, and its arguments
  std::vector<std::string> environment{};  ///< all of it, "NAME=VALUE"
  std::vector<std::pair<int, int>>
      descriptors{};  ///< ours, and the program's, from 0 without a gap
};

/// Started by the constructor and reaped by the destructor, which kills it if it still runs. The
/// kernel kills it when the thread that made it ends. It has the descriptors of the setup and no
/// others, all signals at their defaults and none blocked.
class Process {
 public:
  /// Error{environment} when it cannot be started.
  explicit Process(const ProcessSetup& setup);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  Process(Process&&) = delete;
  Process& operator=(Process&&) = delete;
  ~Process();

  /// Can be read once the program has ended (pidfd_open(2)).
  [[nodiscard]] int descriptor() const noexcept { return watched_.get(); }

  /// Waits for its end: the exit status, or 128 and the signal's number.
  [[nodiscard]] int wait();

  /// Kills it without waiting.
  void kill() noexcept;

 private:
  pid_t pid_ = -1;
  UniqueFd watched_;
};

}  // namespace reproduce::boot

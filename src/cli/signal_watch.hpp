#pragma once

/// Signals that ask this program to end, as something to wait on.

#include <csignal>

#include "reproduce/base/file.hpp"

namespace reproduce::cli {

/// Holds SIGINT, SIGTERM and SIGHUP back (those that are not ignored) while it exists, and ignores
/// SIGPIPE. To be made before any thread is.
class SignalWatch {
 public:
  SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  SignalWatch(SignalWatch&&) = delete;
  SignalWatch& operator=(SignalWatch&&) = delete;
  /// The signals are as before; one that came and that nobody asked for takes effect.
  ~SignalWatch();

  /// Can be read when one of them has come, and nobody should.
  [[nodiscard]] int descriptor() const noexcept { return watched_.get(); }

 private:
  sigset_t before_{};
  struct sigaction pipe_before_ {};
  UniqueFd watched_;
};

}  // namespace reproduce::cli

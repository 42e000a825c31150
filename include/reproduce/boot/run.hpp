#pragma once

/// Boots an image and watches it to its end.
///
///     this process ── QEMU ── the guest
///        │  ▲ │          │
///        │  │ └─ vsock ──┤   a backend that moves no data, or another program's
///        │  └─── console ┘
///        └─> where the console is shown
///
/// QEMU never outlives the call, nor this process. Its scratch folder is gone afterwards.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/boot/console.hpp"
#include "reproduce/boot/machine.hpp"

namespace reproduce::boot {

struct RunSetup {
  Qemu qemu;
  Machine machine;
  int image = -1;  ///< open for reading; what QEMU boots is this very file
  std::optional<std::filesystem::path> vsock{};  ///< the socket of a vhost-user-vsock backend
  std::filesystem::path temporary{};             ///< where the scratch folder is made
  std::vector<std::string> environment{};        ///< QEMU's; TMPDIR is replaced
  std::optional<std::chrono::seconds> time_limit{};
  int console = -1;              ///< where the guest's console goes
  bool console_is_seen = false;  ///< by people: control characters are shown as `\xNN`
  int stop = -1;                 ///< when this can be read, the run ends
};

struct RunResult {
  enum class End { by_itself, by_time_limit, by_stop };
  End end = End::by_itself;
  ConsoleWatcher console{};
};

/// Error{environment} when QEMU cannot be run or says that it failed, and when the console
/// cannot be shown. SIGPIPE must be ignored.
[[nodiscard]] RunResult run(const RunSetup& what);

}  // namespace reproduce::boot

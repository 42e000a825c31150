#pragma once

/// A child process that is never left behind.

#include <string>

#include <sys/types.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::sandbox {

/// Owns a child of this process: kills and reaps it unless wait() was called.
class ChildProcess {
 public:
  explicit ChildProcess(pid_t pid) noexcept : pid_(pid) {}
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess(ChildProcess&&) = delete;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  /// Waits for the end; gives the status as waitpid(2) does.
  [[nodiscard]] int wait();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
  pid_t pid_;
};

struct Pipe {
  UniqueFd read_end;
  UniqueFd write_end;
};

/// A pipe whose ends are closed on exec and are none of the standard descriptors, even where
/// those are closed: what is printed must not end up in it.
[[nodiscard]] Pipe make_pipe();

/// Forks; 0 in the child. Error{environment} when the system has no room for a process.
[[nodiscard]] pid_t fork_process();

/// Makes the kernel kill this process when `parent` ends; ends it at once when that happened.
void die_with(pid_t parent) noexcept;

/// Opens /dev/null for those of the descriptors 0, 1 and 2 that are closed, so that no file that
/// is opened later gets what is printed.
void open_standard_descriptors() noexcept;

/// "SIGSEGV (Segmentation fault)".
[[nodiscard]] std::string signal_name(int signal);

}  // namespace reproduce::sandbox

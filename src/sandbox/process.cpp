#include "process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace reproduce::sandbox {
namespace {

[[noreturn]] void throw_system_error(const std::string& what, int error_number) {
  throw Error(ErrorKind::environment, what + ": " + std::generic_category().message(error_number),
              {.hint = "the system may be short of processes or descriptors; see ulimit -a"});
}

/// `fd` under another number than those of the standard streams.
UniqueFd above_standard(UniqueFd fd) {
  if (fd.get() > STDERR_FILENO) return fd;
  UniqueFd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (moved.get() < 0) throw_system_error("cannot create a pipe", errno);
  return moved;
}

}  // namespace

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

int ChildProcess::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0)
    if (errno != EINTR) throw_system_error("cannot wait for a process", errno);
  pid_ = 0;
  return status;
}

Pipe make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_system_error("cannot create a pipe", errno);
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  return {.read_end = above_standard(std::move(read_end)),
          .write_end = above_standard(std::move(write_end))};
}

pid_t fork_process() {
  const pid_t pid = ::fork();
  if (pid < 0) throw_system_error("cannot start a process", errno);
  return pid;
}

void die_with(pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

void open_standard_descriptors() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", O_RDWR);
}

std::string signal_name(int signal) {
  const char* const abbreviation = ::sigabbrev_np(signal);
  const char* const description = ::sigdescr_np(signal);
  if (abbreviation == nullptr || description == nullptr) return "signal " + std::to_string(signal);
  return std::string("SIG") + abbreviation + " (" + description + ")";
}

}  // namespace reproduce::sandbox

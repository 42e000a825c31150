#include "process.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reproduce/base/error.hpp"

namespace reproduce::boot {
namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  // execve(2) takes them as writable and does not write.
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// What the child needs, made before it exists: in it, only what a signal handler may do.
struct Prepared {
  std::vector<char*> words;
  std::vector<char*> environment;
  std::vector<std::pair<int, int>> descriptors;  ///< none of ours is a number that is the program's
  int failure;                                   ///< where errno goes
  pid_t parent;
};

/// A copy above every number that the program will use.
UniqueFd out_of_the_way(int descriptor, std::size_t numbers) {
  const int copy = ::fcntl(descriptor, F_DUPFD_CLOEXEC, static_cast<int>(numbers));
  if (copy < 0) throw_io_error("copy", "a descriptor", errno);
  return UniqueFd(copy);
}

void reset_signals() {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) (void)::sigaction(number, &by_default, nullptr);
  sigset_t none;
  (void)::sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become_program(const Prepared& prepared) {
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  reset_signals();
  bool ready = ::getppid() == prepared.parent;
  for (const auto& [ours, theirs] : prepared.descriptors)
    ready = ready && ::dup2(ours, theirs) >= 0;
  // Whoever opened something of ours without CLOEXEC: it is nothing to the program.
  const auto first = static_cast<unsigned>(prepared.descriptors.size());
  (void)::syscall(SYS_close_range, first, UINT_MAX, 4U /* CLOSE_RANGE_CLOEXEC */);
  if (ready) (void)::execve(prepared.words[0], prepared.words.data(), prepared.environment.data());
  const int reason = errno;
  (void)!::write(prepared.failure, &reason, sizeof reason);
  ::_exit(127);
}

}  // namespace

Process::Process(const ProcessSetup& setup) {
  const std::string& program = setup.words.at(0);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_io_error("run", program, errno);
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const std::size_t numbers = setup.descriptors.size() + 1;
  std::vector<UniqueFd> copies;
  Prepared prepared{.words = pointers_to(setup.words),
                    .environment = pointers_to(setup.environment),
                    .descriptors = {},
                    .failure = -1,
                    .parent = ::getpid()};
  for (const auto& [ours, theirs] : setup.descriptors) {
    copies.push_back(out_of_the_way(ours, numbers));
    prepared.descriptors.emplace_back(copies.back().get(), theirs);
  }
  copies.push_back(out_of_the_way(writer.get(), numbers));
  prepared.failure = copies.back().get();
  writer = UniqueFd();

  pid_ = ::fork();
  if (pid_ < 0) throw_io_error("run", program, errno);
  if (pid_ == 0) become_program(prepared);
  copies.clear();
  int reason = 0;
  ssize_t count = 0;
  while ((count = ::read(reader.get(), &reason, sizeof reason)) < 0 && errno == EINTR) continue;
  if (count == 0) watched_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (count == 0 && watched_.get() < 0) reason = errno;
  if (reason == 0) return;
  kill();
  (void)wait();
  throw_io_error("run", program, reason);
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill();
  (void)wait();
}

int Process::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  constexpr int signal_base = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : signal_base + WTERMSIG(status);
}

void Process::kill() noexcept {
  if (pid_ > 0) (void)::kill(pid_, SIGKILL);
}

}  // namespace reproduce::boot

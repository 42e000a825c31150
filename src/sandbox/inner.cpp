#include "inner.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "name_spaces.hpp"

namespace reproduce::sandbox {
namespace {

void say(const UniqueFd& words, InnerWord::Kind kind, int number) noexcept {
  const InnerWord word{.kind = kind, .number = number};
  if (::write(words.get(), &word, sizeof word) < 0) ::_exit(1);  // the keeper is gone
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  // execve(2) takes char*, and changes nothing.
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

/// Executes the command; gives the errno when it cannot. Not execvpe, which searches the PATH of
/// whoever runs us.
int execute(const InnerPlan& plan) {
  const std::vector<char*> argv = pointers(plan.argv);
  const std::vector<char*> environment = pointers(plan.environment);
  const std::string& name = plan.argv.front();
  if (name.find('/') != std::string::npos) {
    ::execve(name.c_str(), argv.data(), environment.data());
    return errno;
  }
  int trouble = ENOENT;
  std::string_view path(fixed_path);
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    const std::string candidate = std::string(path.substr(0, end)) + "/" + name;
    ::execve(candidate.c_str(), argv.data(), environment.data());
    if (errno != ENOENT && errno != ENOTDIR) trouble = errno;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return trouble;
}

/// Signals as a new program expects them: none blocked, none ignored.
void reset_signals() noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) (void)::sigaction(signal, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Standard streams, umask, folder; the errno when one of them cannot be had.
int arrange(const InnerPlan& plan) noexcept {
  const int output = ::fcntl(plan.output, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (output < 0 || input < 0) return errno;
  if (::dup2(input, STDIN_FILENO) < 0 || ::dup2(output, STDOUT_FILENO) < 0 ||
      ::dup2(output, STDERR_FILENO) < 0)
    return errno;
  if (input == STDIN_FILENO) (void)::fcntl(input, F_SETFD, 0);
  ::umask(S_IWGRP | S_IWOTH);
  return ::chdir(plan.folder.c_str()) == 0 ? 0 : errno;
}

[[noreturn]] void run_program(const InnerPlan& plan, const UniqueFd& words, pid_t init) {
  die_with(init);
  reset_signals();
  int trouble = arrange(plan);
  // Descriptors that were opened without close-on-exec are not the command's business.
  if (trouble == 0 && ::close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) != 0)
    trouble = errno;
  if (trouble == 0) trouble = execute(plan);
  say(words, InnerWord::Kind::failed, trouble);
  ::_exit(127);
}

}  // namespace

void run_init(const InnerPlan& plan, const UniqueFd& words, const UniqueFd& lifeline) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // getppid(2) is 0 across the border of a pid name space, so it cannot say whether the keeper
  // lived to see that; the end of its pipe can.
  pollfd keeper{.fd = lifeline.get(), .events = POLLIN, .revents = 0};
  if (::poll(&keeper, 1, 0) != 0) ::_exit(1);
  ::setsid();
  if (plan.own_proc) say(words, InnerWord::Kind::proc, mount_own_proc());
  const pid_t self = ::getpid();
  const pid_t command = ::fork();
  if (command < 0) {
    say(words, InnerWord::Kind::failed, errno);
    ::_exit(1);
  }
  if (command == 0) run_program(plan, words, self);
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) ::_exit(1);
    if (ended != command) continue;
    say(words, InnerWord::Kind::ended, status);
    ::_exit(0);
  }
}

}  // namespace reproduce::sandbox

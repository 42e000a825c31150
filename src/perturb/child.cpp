#include "child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/perturb/run.hpp"

namespace reproduce::perturb {
namespace {

/// What the children tell us, each in one write that is too short to be torn.
enum class Event : int { cannot_prepare, cannot_run, host_name_is_set, ended };
struct Message {
  Event event;
  int value;  ///< errno, or a wait status
};

struct Pipe {
  UniqueFd reader;
  UniqueFd writer;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_io_error("make", "a pipe", errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  // execve(2) takes them as writable and does not write.
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// Everything below runs in children of a process that may have more threads:
/// only what a signal handler may do (signal-safety(7)), so nothing allocates.
struct Prepared {
  const ChildSetup& setup;
  std::vector<char*> arguments;
  std::vector<char*> environment;
  cpu_set_t cpus;
  int nothing;  ///< /dev/null
  int errors;
  int messages;
  pid_t parent;
};

void tell(const Prepared& prepared, Event event, int value) {
  const Message message{event, value};
  (void)!::write(prepared.messages, &message, sizeof message);
}

[[noreturn]] void give_up(const Prepared& prepared, Event event) {
  tell(prepared, event, errno);
  ::_exit(127);
}

[[noreturn]] void become_program(const Prepared& prepared) {
  const ChildSetup& setup = prepared.setup;
  sigset_t none;
  ::sigemptyset(&none);
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  (void)::signal(SIGPIPE, SIG_DFL);
  if (::dup2(prepared.nothing, 0) < 0 || ::dup2(prepared.nothing, 1) < 0 ||
      ::dup2(prepared.errors, 2) < 0 || ::chdir(setup.working_directory.c_str()) != 0 ||
      ::sched_setaffinity(0, sizeof prepared.cpus, &prepared.cpus) != 0 ||
      ::sigprocmask(SIG_SETMASK, &none, nullptr) != 0)
    give_up(prepared, Event::cannot_prepare);
  (void)::umask(setup.umask);
  if (::unshare(CLONE_NEWUTS) == 0 &&
      ::sethostname(setup.host_name.c_str(), setup.host_name.size()) == 0)
    tell(prepared, Event::host_name_is_set, 0);
  (void)::execve(setup.program.c_str(), prepared.arguments.data(), prepared.environment.data());
  give_up(prepared, Event::cannot_run);
}

/// Kills the processes whose parent we are, by the kernel's own list of them.
void kill_children() {
  const UniqueFd list(::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC));
  std::array<char, 4096> text{};
  const ssize_t size = ::read(list.get(), text.data(), text.size());
  pid_t number = 0;
  // A number that the buffer cut off is left for the next time.
  for (ssize_t i = 0; i < size; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c >= '0' && c <= '9') {
      number = number * 10 + (c - '0');
    } else if (number > 0) {
      (void)::kill(number, SIGKILL);
      number = 0;
    }
  }
}

/// What descends from the program becomes ours when its parent ends (we are a
/// subreaper), so this comes to an end when nothing is left.
[[noreturn]] void end_descendants() {
  for (;;) {
    kill_children();
    const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
    if (ended < 0 && errno != EINTR) ::_exit(0);
    constexpr timespec moment{.tv_sec = 0, .tv_nsec = 1000000};
    if (ended == 0) (void)::nanosleep(&moment, nullptr);
  }
}

[[noreturn]] void supervise(const Prepared& prepared) {
  sigset_t awaited;
  ::sigemptyset(&awaited);
  ::sigaddset(&awaited, SIGTERM);
  ::sigaddset(&awaited, SIGCHLD);
  // A signal that is ignored cannot be waited for.
  (void)::signal(SIGTERM, SIG_DFL);
  (void)::signal(SIGCHLD, SIG_DFL);
  (void)::setpgid(0, 0);
  if (::sigprocmask(SIG_BLOCK, &awaited, nullptr) != 0 || ::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ||
      ::prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
    give_up(prepared, Event::cannot_prepare);
  if (::getppid() != prepared.parent) ::_exit(127);
  const pid_t program = ::fork();
  if (program < 0) give_up(prepared, Event::cannot_run);
  if (program == 0) become_program(prepared);
  (void)::close(prepared.errors);
  for (;;) {
    siginfo_t signal{};
    if (::sigwaitinfo(&awaited, &signal) == SIGTERM) end_descendants();
    int status = 0;
    pid_t ended = 0;
    while ((ended = ::waitpid(-1, &status, WNOHANG)) > 0) {
      if (ended != program) continue;
      tell(prepared, Event::ended, status);
      end_descendants();
    }
  }
}

/// The supervisor as the parent sees it: ended and reaped, whatever happens.
class Supervisor {
 public:
  explicit Supervisor(pid_t process) : process_(process) {}
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  Supervisor(Supervisor&&) = delete;
  Supervisor& operator=(Supervisor&&) = delete;
  ~Supervisor() {
    (void)::kill(process_, SIGTERM);
    reap();
  }

 private:
  void reap() const {
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) continue;
  }

  pid_t process_;
};

void read_errors(const UniqueFd& pipe, ChildResult& result) {
  std::array<char, 4096> text{};
  for (;;) {
    const ssize_t size = ::read(pipe.get(), text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    const std::size_t room = standard_error_limit - result.standard_error.size();
    const auto count = static_cast<std::size_t>(size);
    result.standard_error.append(text.data(), std::min(count, room));
    result.standard_error_was_cut = result.standard_error_was_cut || count > room;
  }
}

void read_messages(const UniqueFd& pipe, const ChildSetup& setup, ChildResult& result) {
  bool has_ended = false;
  while (!has_ended) {
    Message message{};
    const ssize_t size = ::read(pipe.get(), &message, sizeof message);
    if (size < 0 && errno == EINTR) continue;
    if (size != sizeof message)
      throw Error(ErrorKind::environment, "what runs the program was killed",
                  {.file = setup.program});
    switch (message.event) {
      case Event::cannot_prepare:
        throw_io_error("prepare to run", setup.program, message.value);
      case Event::cannot_run:
        throw_io_error("run", setup.program, message.value);
      case Event::host_name_is_set:
        result.host_name_is_set = true;
        break;
      case Event::ended:
        result.wait_status = message.value;
        has_ended = true;
        break;
    }
  }
}

/// The first `count` of the processors that we may use.
cpu_set_t first_cpus(std::uint32_t count) {
  cpu_set_t usable;
  cpu_set_t chosen;
  CPU_ZERO(&chosen);
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0)
    throw_io_error("ask for", "the processors", errno);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE && count > 0; ++cpu) {
    if (!CPU_ISSET(cpu, &usable)) continue;
    CPU_SET(cpu, &chosen);
    --count;
  }
  return chosen;
}

}  // namespace

std::uint32_t usable_cpus() {
  const cpu_set_t usable = first_cpus(CPU_SETSIZE);
  return static_cast<std::uint32_t>(CPU_COUNT(&usable));
}

ChildResult run_child(const ChildSetup& setup) {
  const UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (nothing.get() < 0) throw_io_error("open", "/dev/null", errno);
  Pipe errors = make_pipe();
  Pipe messages = make_pipe();
  const Prepared prepared{.setup = setup,
                          .arguments = pointers_to(setup.arguments),
                          .environment = pointers_to(setup.environment),
                          .cpus = first_cpus(setup.cpus),
                          .nothing = nothing.get(),
                          .errors = errors.writer.get(),
                          .messages = messages.writer.get(),
                          .parent = ::getpid()};
  const pid_t process = ::fork();
  if (process < 0) throw_io_error("run", setup.program, errno);
  if (process == 0) supervise(prepared);
  const Supervisor supervisor(process);
  errors.writer = UniqueFd();
  messages.writer = UniqueFd();
  ChildResult result;
  // Everything that could hold standard error open is dead when the program is.
  read_errors(errors.reader, result);
  read_messages(messages.reader, setup, result);
  return result;
}

}  // namespace reproduce::perturb

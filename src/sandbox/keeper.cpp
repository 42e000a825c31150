#include "keeper.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apply.hpp"
#include "inner.hpp"
#include "name_spaces.hpp"

#include "reproduce/base/text.hpp"
#include "reproduce/sandbox/message.hpp"

namespace reproduce::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

std::string named(const CommandSpec& spec) {
  return "the command `" + shown(spec.argv) + "`";
}

/// Blocks the signals by which people and the death of the caller end this process, and gives a
/// descriptor that is readable when one came: the command must be ended first.
UniqueFd catch_signals() {
  sigset_t ending;
  ::sigemptyset(&ending);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&ending, signal);
  ::sigprocmask(SIG_BLOCK, &ending, nullptr);
  UniqueFd fd(::signalfd(-1, &ending, SFD_CLOEXEC));
  if (fd.get() < 0) throw_io_error("open", "a signal descriptor", errno);
  return fd;
}

/// The children of this process, init and what was orphaned to us.
std::vector<pid_t> children() {
  const std::string self = std::to_string(::getpid());
  std::ifstream list("/proc/self/task/" + self + "/children");
  std::vector<pid_t> pids;
  for (pid_t pid = 0; list >> pid;) pids.push_back(pid);
  return pids;
}

/// Kills init, its session, and everything that escaped from it. Killing the first process of a pid
/// name space is enough; elsewhere, orphans come to us because we are their subreaper.
void end_everything(pid_t init) {
  constexpr int most_rounds = 5000;  // of a millisecond
  ::kill(-init, SIGKILL);
  ::kill(init, SIGKILL);
  for (int round = 0; round < most_rounds; ++round) {
    pid_t ended = 0;
    while ((ended = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    if (ended < 0 && errno == ECHILD) return;
    for (const pid_t child : children()) ::kill(child, SIGKILL);
    (void)::poll(nullptr, 0, 1);
  }
}

/// Ends everything however this process's work ends.
class Ender {
 public:
  explicit Ender(pid_t init) : init_(init) {}
  Ender(const Ender&) = delete;
  Ender& operator=(const Ender&) = delete;
  Ender(Ender&&) = delete;
  Ender& operator=(Ender&&) = delete;
  ~Ender() { end_everything(init_); }

 private:
  pid_t init_;
};

void note(Report& report, const std::string& part, const Trouble& trouble) {
  if (trouble)
    report.missing.push_back(part + ": " + *trouble);
  else
    report.in_force.push_back(part);
}

NameSpaces build_walls(const CommandSpec& spec) {
  NameSpaces spaces;
  if (spec.mode == Mode::off) return spaces;
  spaces = enter_name_spaces(spec.network);
  const Trouble privileges = apply_no_new_privileges();
  note(spaces.report, "no new privileges", privileges);
  note(spaces.report, "no capabilities", forbid_capabilities_of_programs());
  if (!spec.network && !spaces.no_network) {
    const Trouble filter = apply_socket_filter();
    spaces.no_network = !filter;
    note(spaces.report, "seccomp (no sockets but local ones)", filter);
  }
  if (spec.mode == Mode::require && (!spaces.pid || (!spec.network && !spaces.no_network))) {
    std::string missing;
    for (const std::string& part : spaces.report.missing)
      missing += (missing.empty() ? "no " : ", no ") + part;
    throw Error(ErrorKind::environment, "this machine cannot cut " + named(spec) + " off",
                {.expected = "a pid name space, and no network unless it is declared",
                 .got = missing,
                 .hint = "user name spaces may be switched off, and Linux refuses them inside a "
                         "chroot; run it elsewhere, or with --sandbox=auto"});
  }
  return spaces;
}

[[noreturn]] void throw_ended(const CommandSpec& spec, int status) {
  const std::string how = WIFSIGNALED(status)
                              ? signal_name(WTERMSIG(status))
                              : "exit status " + std::to_string(WEXITSTATUS(status));
  throw Error(ErrorKind::environment, named(spec) + " failed",
              {.expected = "exit status 0",
               .got = how,
               .hint = "what it printed says why; it ran in " + quote(spec.folder.string()) +
                       (spec.network ? "" : " without network") + " and a fixed environment"});
}

/// Milliseconds to wait, as poll(2) takes them.
int time_left(const std::optional<Clock::time_point>& end) {
  if (!end) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*end - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
}

/// Waits for the next word of init. Throws when time is over or a signal came first.
InnerWord next_word(const CommandSpec& spec, const UniqueFd& words, const UniqueFd& signals,
                    const std::optional<Clock::time_point>& end) {
  for (;;) {
    std::array<pollfd, 2> both{{{.fd = words.get(), .events = POLLIN, .revents = 0},
                                {.fd = signals.get(), .events = POLLIN, .revents = 0}}};
    const int ready = ::poll(both.data(), both.size(), time_left(end));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) throw_io_error("wait for", shown(spec.argv), errno);
    if (both[1].revents != 0) throw Error(ErrorKind::environment, named(spec) + " was interrupted");
    if (both[0].revents != 0) break;
    if (end && Clock::now() >= *end)
      throw Error(
          ErrorKind::environment, named(spec) + " took too long",
          {.expected =
               "at most " + counted(static_cast<std::uint64_t>(spec.time_limit->count()), "second"),
           .hint = "give it more time, or see what it waits for"});
  }
  InnerWord word;
  const ssize_t count = ::read(words.get(), &word, sizeof word);
  if (count != static_cast<ssize_t>(sizeof word))
    throw Error(ErrorKind::environment, named(spec) + " lost the process that watched it",
                {.hint = "somebody ended it; when memory is short, Linux does"});
  return word;
}

/// Follows the command to its end, with the report as it then is.
Report follow(const CommandSpec& spec, Report report, const UniqueFd& words,
              const UniqueFd& signals) {
  std::optional<Clock::time_point> end;
  if (spec.time_limit) end = Clock::now() + *spec.time_limit;
  for (;;) {
    const InnerWord word = next_word(spec, words, signals, end);
    switch (word.kind) {
      case InnerWord::Kind::proc:
        if (word.number == 0)
          report.in_force.emplace_back("own /proc");
        else
          report.missing.push_back("own /proc: " + std::generic_category().message(word.number));
        break;
      case InnerWord::Kind::failed:
        throw Error(
            ErrorKind::environment,
            "cannot run " + named(spec) + ": " + std::generic_category().message(word.number),
            {.hint = "it is searched in " + std::string(fixed_path) + " and starts in " +
                     quote(spec.folder.string())});
      case InnerWord::Kind::ended:
        if (word.number != 0) throw_ended(spec, word.number);
        return report;
    }
  }
}

Report keep(const CommandSpec& spec, const std::filesystem::path& private_folder, pid_t caller) {
  const UniqueFd signals = catch_signals();
  NameSpaces spaces = build_walls(spec);
  // After the name spaces, entering which may reset it.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != caller) ::_exit(1);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const InnerPlan plan{.argv = spec.argv,
                       .environment = command_environment(spec, private_folder),
                       .folder = spec.folder.string(),
                       .output = spec.output,
                       .own_proc = spaces.pid};
  Pipe words = make_pipe();
  Pipe lifeline = make_pipe();
  const pid_t init = fork_process();
  if (init == 0) {
    words.read_end = UniqueFd();
    lifeline.write_end = UniqueFd();
    run_init(plan, words.write_end, lifeline.read_end);
  }
  const Ender ender(init);
  words.write_end = UniqueFd();
  return follow(spec, std::move(spaces.report), words.read_end, signals);
}

}  // namespace

std::string shown(const std::vector<std::string>& argv) {
  std::string text;
  for (const std::string& word : argv) text += (text.empty() ? "" : " ") + printable(word);
  constexpr std::size_t enough = 200;
  return text.size() <= enough ? text : text.substr(0, enough) + "...";
}

void run_keeper(const CommandSpec& spec, const std::filesystem::path& private_folder, UniqueFd pipe,
                pid_t caller) noexcept {
  try {
    MessageWriter writer(std::move(pipe));
    try {
      const Report report = keep(spec, private_folder, caller);
      writer.send(MessageKind::report, encode_report(report));
      writer.send(MessageKind::end, {});
    } catch (const Error& error) {
      writer.send(MessageKind::failure, encode_error(error));
    }
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace reproduce::sandbox

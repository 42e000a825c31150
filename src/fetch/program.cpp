#include "reproduce/fetch/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <spawn.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::fetch {
namespace {

constexpr std::size_t longest_errors = 8192;

[[noreturn]] void throw_run_error(const std::string& program, int reason) {
  throw_io_error("run", program, reason);
}

std::string find_program(const Command& command, const Programs& programs) {
  for (const auto& folder : programs.search_path) {
    std::string path = (folder / command.program).string();
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  throw Error(ErrorKind::environment, "the program " + quote(command.program) + " is not installed",
              {.hint = command.hint_when_missing});
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe make_pipe(const std::string& program) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_run_error(program, errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// What posix_spawn(3) does in the child before the program starts.
class Actions {
 public:
  Actions() { (void)::posix_spawn_file_actions_init(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  Actions(Actions&&) = delete;
  Actions& operator=(Actions&&) = delete;
  ~Actions() { (void)::posix_spawn_file_actions_destroy(&actions_); }

  void redirect(int from, int to) { note(::posix_spawn_file_actions_adddup2(&actions_, from, to)); }
  void open_null(int fd) {
    note(::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDONLY, 0));
  }
  void change_folder(const std::filesystem::path& folder) {
    note(::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str()));
  }
  [[nodiscard]] int failure() const noexcept { return failure_; }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

 private:
  void note(int status) {
    if (failure_ == 0) failure_ = status;
  }
  posix_spawn_file_actions_t actions_{};
  int failure_ = 0;
};

/// Pointers into `words`, as the system wants them.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A process that is waited for, and killed first when an error leaves it behind. It stays
/// in our process group, so that an interrupt from the keyboard ends it too.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    (void)::kill(pid_, SIGKILL);
    (void)wait();
  }

  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

pid_t start(const std::string& path, const Command& command, const Programs& programs,
            const Actions& actions) {
  std::vector<std::string> words{path};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  std::vector<std::string> environment = programs.environment;
  std::erase_if(environment, [](const std::string& line) {
    return line.starts_with("LC_") || line.starts_with("LANG");
  });
  environment.emplace_back("LC_ALL=C.UTF-8");
  pid_t pid = -1;
  const int status = actions.failure() != 0 ? actions.failure()
                                            : ::posix_spawn(&pid, path.c_str(), actions.get(),
                                                            nullptr, pointers_to(words).data(),
                                                            pointers_to(environment).data());
  if (status != 0) throw_run_error(path, status);
  return pid;
}

UniqueFd make_timer(std::chrono::seconds limit, const std::string& program) {
  UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  itimerspec when{};
  when.it_value.tv_sec = limit.count();
  if (timer.get() < 0 || ::timerfd_settime(timer.get(), 0, &when, nullptr) != 0)
    throw_run_error(program, errno);
  return timer;
}

/// Reads what is there; empty at the end. Takes its memory from `buffer`.
ByteView drain(int fd, Bytes& buffer) {
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count >= 0) return ByteView(buffer).first(static_cast<std::size_t>(count));
    if (errno != EINTR) return {};
  }
}

void keep_output(ByteView bytes, const std::string& path, Output& output) {
  if (bytes.size() > largest_output - output.out.size())
    throw Error(ErrorKind::malformed, "the program says too much", {.file = path});
  output.out.insert(output.out.end(), bytes.begin(), bytes.end());
}

void keep_errors(ByteView bytes, Output& output) {
  output.errors += as_text(bytes);
  if (output.errors.size() > longest_errors)
    output.errors.erase(0, output.errors.size() - longest_errors);
}

void wait_for_any(std::array<pollfd, 3>& waiting, const std::string& path) {
  while (::poll(waiting.data(), waiting.size(), -1) < 0)
    if (errno != EINTR) throw_run_error(path, errno);
}

/// Collects both streams until the program has closed them.
void collect(const std::string& path, const Pipe& out, const Pipe& errors, int timer,
             Output& output) {
  Bytes buffer(chunk_size);
  std::array<pollfd, 3> waiting{
      {{out.read.get(), POLLIN, 0}, {errors.read.get(), POLLIN, 0}, {timer, POLLIN, 0}}};
  auto& [from_out, from_errors, from_timer] = waiting;
  while (from_out.fd >= 0 || from_errors.fd >= 0) {
    wait_for_any(waiting, path);
    if (from_timer.revents != 0)
      throw Error(ErrorKind::environment, "the program takes too long",
                  {.file = path, .got = summary_of(output.errors)});
    if (from_out.revents != 0) {
      const ByteView bytes = drain(from_out.fd, buffer);
      if (bytes.empty()) from_out.fd = -1;
      keep_output(bytes, path, output);
    }
    if (from_errors.revents != 0) {
      const ByteView bytes = drain(from_errors.fd, buffer);
      if (bytes.empty()) from_errors.fd = -1;
      keep_errors(bytes, output);
    }
  }
}

}  // namespace

Output run_program(const Command& command, const Programs& programs) {
  const std::string path = find_program(command, programs);
  Pipe out = make_pipe(path);
  Pipe errors = make_pipe(path);
  Actions actions;
  actions.open_null(STDIN_FILENO);
  actions.redirect(out.write.get(), STDOUT_FILENO);
  actions.redirect(errors.write.get(), STDERR_FILENO);
  actions.change_folder(command.folder);
  const UniqueFd timer = make_timer(programs.time_limit, path);
  Child child(start(path, command, programs, actions));
  out.write = UniqueFd();
  errors.write = UniqueFd();
  Output output;
  collect(path, out, errors, timer.get(), output);
  output.exit_status = child.wait();
  return output;
}

std::string summary_of(const std::string& errors) {
  constexpr int most_lines = 5;
  constexpr std::size_t longest_line = 300;
  std::istringstream stream(errors);
  std::string summary;
  int lines = 0;
  for (std::string line; lines < most_lines && std::getline(stream, line);) {
    // apt warns of what does not concern us, and skopeo's log has times in it.
    if (line.empty() || line.starts_with("W: ") || line.starts_with("N: ")) continue;
    if (const auto text = line.find(" msg=\""); text != std::string::npos)
      line = line.substr(text + 6);
    summary += (summary.empty() ? "" : "; ") + printable(line.substr(0, longest_line));
    ++lines;
  }
  return summary;
}

}  // namespace reproduce::fetch

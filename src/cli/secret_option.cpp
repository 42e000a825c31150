#include "secret_option.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "signal_watch.hpp"
#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero() is no standard C++
#include <termios.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::cli {
namespace {

constexpr const char* terminal_path = "/dev/tty";

/// More than people type, and a token's PIN is far shorter; a terminal gives a line at once.
constexpr std::size_t longest_secret = 1024;

sign::Secret take_variable(const std::string& name, const std::string& what) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
  char* const value = std::getenv(name.c_str());
  if (value == nullptr)
    throw Error(ErrorKind::usage, "the environment has no variable " + quote(name),
                {.expected = "what opens " + what, .hint = "--passphrase-env names it"});
  sign::Secret secret{std::string(value)};
  // Programs that are started from here are not to inherit it.
  ::explicit_bzero(value, secret.text().size());
  (void)::unsetenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  return secret;
}

/// No echo while it lives. A wish to stop (^Z) waits until the terminal is as it was.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    sigset_t stop;
    (void)::sigemptyset(&stop);
    (void)::sigaddset(&stop, SIGTSTP);
    (void)::sigprocmask(SIG_BLOCK, &stop, &signals_before_);
    is_silent_ = ::tcgetattr(fd_, &before_) == 0;
    if (!is_silent_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    is_silent_ = ::tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  SilentTerminal(SilentTerminal&&) = delete;
  SilentTerminal& operator=(SilentTerminal&&) = delete;
  ~SilentTerminal() {
    if (is_silent_) (void)::tcsetattr(fd_, TCSAFLUSH, &before_);
    (void)::sigprocmask(SIG_SETMASK, &signals_before_, nullptr);
  }

  [[nodiscard]] bool is_silent() const noexcept { return is_silent_; }

 private:
  int fd_;
  termios before_{};
  sigset_t signals_before_{};
  bool is_silent_ = false;
};

[[noreturn]] void fail_no_terminal(const std::string& what) {
  throw Error(ErrorKind::environment, "there is no terminal to ask for what opens " + what,
              {.hint = "put it into a variable of the environment and say --passphrase-env NAME"});
}

[[noreturn]] void fail_nothing_given(const std::string& what) {
  throw Error(ErrorKind::usage, "nothing was given to open " + what);
}

/// Waits for a line on the terminal, or for a signal that ends this program.
void await_line(int terminal, const SignalWatch& signals, const std::string& what) {
  std::array<pollfd, 2> awaited{{{.fd = terminal, .events = POLLIN, .revents = 0},
                                 {.fd = signals.descriptor(), .events = POLLIN, .revents = 0}}};
  while (::poll(awaited.data(), awaited.size(), -1) < 0)
    if (errno != EINTR) throw_io_error("read", terminal_path, errno);
  // On the way out the terminal is put right first; then the signal takes effect.
  if (awaited[1].revents != 0) fail_nothing_given(what);
}

sign::Secret read_line(int terminal, const std::string& what) {
  std::string line(longest_secret, '\0');
  const ssize_t count = ::read(terminal, line.data(), line.size());
  if (count < 0) throw_io_error("read", terminal_path, errno);
  sign::Secret whole(std::move(line));
  const std::string_view text = std::string_view(whole.text()).substr(0, std::size_t(count));
  if (text.empty()) fail_nothing_given(what);
  if (text.back() != '\n')
    throw Error(ErrorKind::usage, "what was given to open " + what + " is too long");
  return sign::Secret(std::string(text.substr(0, text.size() - 1)));
}

sign::Secret ask_person(const std::string& what) {
  const UniqueFd terminal(::open(terminal_path, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (terminal.get() < 0) fail_no_terminal(what);
  const SignalWatch signals;
  const SilentTerminal silent(terminal.get());
  if (!silent.is_silent()) fail_no_terminal(what);
  DescriptorSink(terminal.get(), terminal_path)
      .write(as_bytes("passphrase or PIN of " + what + ": "));
  await_line(terminal.get(), signals, what);
  return read_line(terminal.get(), what);
}

}  // namespace

void add_secret_option(CLI::App& app, SecretOptions& options, const std::string& group) {
  app.add_option("--passphrase-env", options.variable,
                 "the variable that holds the key's passphrase or the token's PIN; default: ask "
                 "on the terminal")
      ->type_name("NAME")
      ->group(group);
}

sign::AskSecret secret_from(const SecretOptions& options) {
  return [options](const std::string& what) {
    return options.variable.empty() ? ask_person(what) : take_variable(options.variable, what);
  };
}

}  // namespace reproduce::cli

#include "secret_option.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero() is no standard C++
#include <termios.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::cli {
namespace {

constexpr const char* terminal_path = "/dev/tty";

/// No passphrase is longer, and a token's PIN far shorter.
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

/// No echo while it lives. Signals from the keyboard wait until the terminal is as it was.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    sigset_t keyboard;
    sigemptyset(&keyboard);
    for (const int signal : {SIGINT, SIGQUIT, SIGTSTP, SIGTERM, SIGHUP})
      sigaddset(&keyboard, signal);
    (void)::pthread_sigmask(SIG_BLOCK, &keyboard, &before_signals_);
    is_silent_ = ::tcgetattr(fd_, &before_) == 0;
    if (!is_silent_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    // ^C must end the reading, and not only wait: as a character it ends it here.
    silent.c_lflag &= ~static_cast<tcflag_t>(ISIG);
    is_silent_ = ::tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  SilentTerminal(SilentTerminal&&) = delete;
  SilentTerminal& operator=(SilentTerminal&&) = delete;
  ~SilentTerminal() {
    if (is_silent_) (void)::tcsetattr(fd_, TCSAFLUSH, &before_);
    (void)::pthread_sigmask(SIG_SETMASK, &before_signals_, nullptr);
  }

  [[nodiscard]] bool is_silent() const noexcept { return is_silent_; }

 private:
  int fd_;
  termios before_{};
  sigset_t before_signals_{};
  bool is_silent_ = false;
};

[[noreturn]] void fail_no_terminal(const std::string& what) {
  throw Error(ErrorKind::environment, "there is no terminal to ask for what opens " + what,
              {.hint = "put it into a variable of the environment and say --passphrase-env NAME"});
}

sign::Secret read_line(int fd, const std::string& what) {
  std::string line;
  line.reserve(longest_secret + 1);  // so that no copy is left behind
  constexpr char interrupt = 3;      // ^C
  for (char byte = 0;;) {
    const ssize_t count = ::read(fd, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error("read", terminal_path, errno);
    if (count == 0 || byte == '\n') break;
    if (byte == interrupt || line.size() == longest_secret) {
      const sign::Secret discarded(std::move(line));
      throw Error(ErrorKind::usage, byte == interrupt
                                        ? "nothing was given to open " + what
                                        : "what was given to open " + what + " is too long");
    }
    line += byte;
  }
  return sign::Secret(std::move(line));
}

sign::Secret ask_person(const std::string& what) {
  const UniqueFd terminal(::open(terminal_path, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (terminal.get() < 0) fail_no_terminal(what);
  const SilentTerminal silent(terminal.get());
  if (!silent.is_silent()) fail_no_terminal(what);
  DescriptorSink(terminal.get(), terminal_path)
      .write(as_bytes("passphrase or PIN of " + what + ": "));
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

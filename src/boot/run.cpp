#include "reproduce/boot/run.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "console_output.hpp"
#include "process.hpp"
#include "vsock_backend.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/fetch/program.hpp"

namespace reproduce::boot {
namespace {

struct Ends {
  UniqueFd ours;
  UniqueFd theirs;
};

Ends make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_io_error("make", "a pipe", errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Ends make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw_io_error("make", "a socket", errno);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd make_timer(const std::optional<std::chrono::seconds>& limit) {
  if (!limit) return {};
  UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  itimerspec when{};
  when.it_value.tv_sec = limit->count();
  if (timer.get() < 0 || ::timerfd_settime(timer.get(), 0, &when, nullptr) != 0)
    throw_io_error("make", "a timer", errno);
  return timer;
}

std::vector<std::string> environment_with(const std::filesystem::path& scratch,
                                          std::vector<std::string> environment) {
  std::erase_if(environment,
                [](const std::string& variable) { return variable.starts_with("TMPDIR="); });
  environment.push_back("TMPDIR=" + scratch.string());
  return environment;
}

/// The numbers of the program's descriptors; 0 to 2 are the standard ones.
constexpr int image_number = 3;
constexpr int vsock_number = 4;

/// One run: the pieces that live as long as QEMU does, and the loop around them.
class Session {
 public:
  explicit Session(const RunSetup& what)
      : scratch_(what.temporary, "reproduce-run"),
        timer_(make_timer(what.time_limit)),
        output_(what.console, what.console_is_seen),
        stop_(what.stop),
        vsock_(UniqueFd()) {
    const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (nothing.get() < 0) throw_io_error("open", "/dev/null", errno);
    Ends console = make_pipe();
    Ends errors = make_pipe();
    Ends vsock = make_socket_pair();
    ProcessSetup setup{.words = qemu_arguments(what.qemu, what.machine,
                                               {.image = image_number,
                                                .console = STDOUT_FILENO,
                                                .vsock = vsock_number,
                                                .backend = what.vsock}),
                       .environment = environment_with(scratch_.path(), what.environment),
                       .descriptors = {{nothing.get(), STDIN_FILENO},
                                       {console.theirs.get(), STDOUT_FILENO},
                                       {errors.theirs.get(), STDERR_FILENO},
                                       {what.image, image_number}}};
    if (!what.vsock) setup.descriptors.emplace_back(vsock.theirs.get(), vsock_number);
    trace("boot", [&] {
      std::string line;
      for (const std::string& word : setup.words) line += (line.empty() ? "" : " ") + word;
      return line;
    });
    program_ = setup.words[0];
    qemu_.emplace(setup);
    console_ = std::move(console.ours);
    errors_ = std::move(errors.ours);
    if (!what.vsock) vsock_ = VsockBackend(std::move(vsock.ours));
  }

  RunResult watch() {
    while (!is_over()) step();
    result_.console.finish();
    if (result_.end == RunResult::End::by_itself) require_success();
    return std::move(result_);
  }

 private:
  /// What is waited for, by its place in the list.
  enum Place : std::size_t {
    at_console,
    at_errors,
    at_vsock,
    at_end,
    at_timer,
    at_stop,
    at_output,
    places
  };

  [[nodiscard]] bool is_over() const {
    if (result_.end != RunResult::End::by_itself) return true;
    return has_ended_ && console_.get() < 0 && errors_.get() < 0 && output_.is_empty();
  }

  /// Nothing is waited for when QEMU has ended but a pipe may have bytes left.
  [[nodiscard]] int patience(bool had_ended) const {
    const bool reads = (console_.get() >= 0 && !output_.is_full()) || errors_.get() >= 0;
    return had_ended && reads ? 0 : -1;
  }

  void step() {
    // It writes before it ends: a pipe that is empty in a round that begins after its end stays so.
    const bool had_ended = has_ended_;
    const auto when = [](bool wanted, int descriptor) { return wanted ? descriptor : -1; };
    std::array<pollfd, places> waiting{{
        {when(!output_.is_full(), console_.get()), POLLIN, 0},
        {errors_.get(), POLLIN, 0},
        {vsock_.descriptor(), POLLIN, 0},
        {when(!has_ended_, qemu_->descriptor()), POLLIN, 0},
        {timer_.get(), POLLIN, 0},
        {stop_, POLLIN, 0},
        {when(!output_.is_empty(), output_.descriptor()), POLLOUT, 0},
    }};
    if (::poll(waiting.data(), waiting.size(), patience(had_ended)) < 0) {
      if (errno == EINTR) return;
      throw_io_error("wait for", program_, errno);
    }
    if (waiting[at_stop].revents != 0) return end(RunResult::End::by_stop);
    if (waiting[at_timer].revents != 0) return end(RunResult::End::by_time_limit);
    if (waiting[at_output].revents != 0) output_.write_some();
    if (waiting[at_vsock].revents != 0) vsock_.answer();
    if (waiting[at_errors].revents != 0) take_errors();
    if (waiting[at_console].revents != 0) take_console();
    if (waiting[at_end].revents != 0) has_ended_ = true;
    // The pipes are not read to their end, since something that QEMU started may hold them open.
    if (had_ended && waiting[at_console].fd >= 0 && waiting[at_console].revents == 0)
      console_ = UniqueFd();
    if (had_ended && waiting[at_errors].revents == 0) errors_ = UniqueFd();
    if (console_.get() < 0) output_.finish();
  }

  void end(RunResult::End how) {
    result_.end = how;
    qemu_->kill();
  }

  void take_console() {
    const ByteView bytes = read_from(console_);
    result_.console.take(bytes);
    output_.add(bytes);
  }

  void take_errors() {
    constexpr std::size_t kept = 8192;
    said_ += as_text(read_from(errors_));
    if (said_.size() > kept) said_.erase(0, said_.size() - kept);
  }

  /// Closes the pipe at its end.
  ByteView read_from(UniqueFd& pipe) {
    const ssize_t count = ::read(pipe.get(), buffer_.data(), buffer_.size());
    if (count > 0) return ByteView(buffer_).first(static_cast<std::size_t>(count));
    if (count == 0 || errno != EINTR) pipe = UniqueFd();
    return {};
  }

  void require_success() {
    const int status = qemu_->wait();
    if (status == 0) return;
    throw Error(ErrorKind::environment, "QEMU failed with status " + std::to_string(status),
                {.file = program_, .got = fetch::summary_of(said_)});
  }

  TemporaryFolder scratch_;  // QEMU unpacks kernel and ramdisks there
  UniqueFd timer_;
  ConsoleOutput output_;
  int stop_;
  VsockBackend vsock_;
  std::string program_;
  std::optional<Process> qemu_;
  UniqueFd console_, errors_;
  bool has_ended_ = false;
  std::string said_;  ///< the end of what QEMU wrote to standard error
  Bytes buffer_ = Bytes(chunk_size);
  RunResult result_;
};

}  // namespace

RunResult run(const RunSetup& what) {
  return Session(what).watch();
}

}  // namespace reproduce::boot

#include "signal_watch.hpp"

#include <cerrno>

#include <sys/signalfd.h>

namespace reproduce::cli {

SignalWatch::SignalWatch() {
  sigset_t awaited;
  (void)::sigemptyset(&awaited);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction now {};
    // What is ignored (nohup) stays so: held back, it would be seen.
    if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN)
      (void)::sigaddset(&awaited, signal);
  }
  (void)::sigprocmask(SIG_BLOCK, &awaited, &before_);
  watched_ = UniqueFd(::signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK));
  if (watched_.get() < 0) {
    const int reason = errno;
    (void)::sigprocmask(SIG_SETMASK, &before_, nullptr);
    throw_io_error("watch", "signals", reason);
  }
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  (void)::sigaction(SIGPIPE, &ignore, &pipe_before_);
}

SignalWatch::~SignalWatch() {
  (void)::sigaction(SIGPIPE, &pipe_before_, nullptr);
  (void)::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace reproduce::cli

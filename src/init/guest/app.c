#include "app.h"

#include "console.h"
#include "exec.h"
#include "kernel.h"
#include "syscall.h"

static SignalSet only(int signal) {
  return (SignalSet)1 << (signal - 1);
}

// All signals but those that a fault in this very program raises, and those that stop a program
// which writes to a terminal. A blocked signal reaches even the first process, to which the kernel
// does not deliver signals without a handler, and waits until it is taken.
static SignalSet taken_signals(void) {
  return ~(only(signal_ill) | only(signal_trap) | only(signal_abrt) | only(signal_bus) |
           only(signal_fpe) | only(signal_segv) | only(signal_sys) | only(signal_ttin) |
           only(signal_ttou));
}

// In the child: ends with a status of exec.h, told to the parent first.
static _Noreturn void become_app(const Config* config, int report) {
  for (int signal = 1; signal <= signal_last; ++signal) sys_default_action(signal);
  sys_block_signals(0);
  hand_over_console(config->user, config->group);
  sys_new_session();
  enum { make_controlling_terminal = 0x540e };  // TIOCSCTTY; the console may be no terminal
  sys_ioctl(0, make_controlling_terminal, NULL);
  const uint8_t status = (uint8_t)execute(config);
  sys_write(report, &status, 1);
  sys_exit(status);
}

// Reaps all that has ended. True when `app` was among it, with its status.
static bool reap(long app, int* app_status) {
  bool app_ended = false;
  for (;;) {
    int status = 0;
    const long ended = sys_wait(-1, &status, wait_no_hang);
    if (ended <= 0) return app_ended;
    if (ended == app) {
      *app_status = status;
      app_ended = true;
    }
  }
}

Outcome run_app(const Config* config) {
  Outcome outcome = {.started = false, .status = status_not_set_up};
  int ends[2] = {-1, -1};
  sys_block_signals(taken_signals());
  const long piped = sys_pipe(ends);
  const long app = piped < 0 ? piped : sys_fork();
  if (app < 0) {
    say("cannot make a process for the app: %e", app);
    return outcome;
  }
  if (app == 0) become_app(config, ends[1]);
  sys_close(ends[1]);

  // A successful exec closes the pipe, and there is nothing to read.
  uint8_t report = 0;
  outcome.started = sys_read(ends[0], &report, 1) != 1;
  sys_close(ends[0]);

  int status = 0;
  while (!reap(app, &status)) {
    const long signal = sys_take_signal(taken_signals());
    if (signal > 0 && signal != signal_chld) sys_kill(app, (int)signal);
  }
  outcome.status = outcome.started ? status : report;
  return outcome;
}

// Reaps until nothing is left or the time is over.
static bool all_gone_within(unsigned milliseconds) {
  for (unsigned waited = 0;; waited += 10) {
    int status = 0;
    long ended = 1;
    while (ended > 0) ended = sys_wait(-1, &status, wait_no_hang);
    if (ended < 0) return true;  // there are no children
    if (waited >= milliseconds) return false;
    sys_sleep_ms(10);
  }
}

void end_all_others(void) {
  sys_kill(-1, signal_term);
  if (all_gone_within(2000)) return;
  sys_kill(-1, signal_kill);
  all_gone_within(1000);
}

// The first process of an enclave, from beginning to end. What the files in the image mean, what is
// mounted and what is said when something fails: docs/formats/init.md.

#include "app.h"
#include "config.h"
#include "console.h"
#include "errors.h"
#include "exec.h"
#include "kernel.h"
#include "network.h"
#include "nitro.h"
#include "root.h"
#include "syscall.h"

_Noreturn void init_main(void);

// Where the kernel begins: no return address, and the stack pointer aligned to 16 bytes, which a
// function expects on aarch64, and on x86_64 before the call that leads to it.
#if defined(__x86_64__)
__asm__(
    ".globl _start\n"
    "_start:\n"
    "  xor %ebp, %ebp\n"
    "  call init_main\n");
#else
__asm__(
    ".globl _start\n"
    "_start:\n"
    "  mov x29, xzr\n"
    "  mov x30, xzr\n"
    "  bl init_main\n");
#endif

// The one line that says why the machine ends.
static void say_outcome(Outcome outcome) {
  if (!outcome.started) {
    say("the app was not started: status %n", (unsigned long)outcome.status);
    return;
  }
  // A wait status: the signal in the low seven bits, else the exit status in the next byte.
  const unsigned long signal = (unsigned long)outcome.status & 0x7f;
  const char* name = signal_name(signal);
  if (signal == 0)
    say("the app exited with status %n", (unsigned long)(outcome.status >> 8 & 0xff));
  else if (name != NULL)
    say("the app was killed by signal %n (%s)", signal, name);
  else
    say("the app was killed by signal %n", signal);
}

static _Noreturn void end_machine(Outcome outcome) {
  say_outcome(outcome);
  end_all_others();
  sys_sync();
  drain_console();
  // A restart, and no power off: an enclave has nothing that a driver could switch off, and its
  // kernel would halt for ever. A restart (reboot=k on the command line) is what the hypervisor
  // takes for the enclave's end, and what AWS's init does.
  const long refused = sys_restart();
  say("cannot restart the machine: %e", refused);
  drain_console();
  sys_exit(status_not_set_up);  // the kernel panics, and restarts by itself (panic=30)
}

_Noreturn void init_main(void) {
  static Config config;
  if (sys_process_id() != 1) {
    say("this is the first process of an enclave, and not a command");
    sys_exit(status_not_set_up);
  }
  sys_set_mask(022);
  open_console();
  load_nsm();
  if (!read_config(&config) || !enter_root())
    end_machine((Outcome){.started = false, .status = status_not_set_up});
  mount_all();
  raise_loopback();
  // Only now: whoever waits for it may take it for a sign that the app is about to run.
  if (config.heartbeat) send_heartbeat();
  end_machine(run_app(&config));
}

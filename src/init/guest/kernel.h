#pragma once

// The kernel's numbers that the guest speaks in, from Linux's user-space headers (include/uapi).
// Those here are the same on x86_64 and aarch64; system call numbers, which are not, are in
// syscall.c.

// Error numbers: a system call that fails gives one of these, negative.
enum {
  error_perm = 1,
  error_noent = 2,
  error_io = 5,
  error_2big = 7,
  error_noexec = 8,
  error_child = 10,
  error_again = 11,
  error_nomem = 12,
  error_acces = 13,
  error_busy = 16,
  error_exist = 17,
  error_nodev = 19,
  error_notdir = 20,
  error_isdir = 21,
  error_inval = 22,
  error_txtbsy = 26,
  error_fbig = 27,
  error_nospc = 28,
  error_rofs = 30,
  error_nametoolong = 36,
  error_nosys = 38,
  error_loop = 40,
  error_afnosupport = 97,
  error_connreset = 104,
  error_timedout = 110,
  error_connrefused = 111,
  error_nokey = 126,
  error_keyrejected = 129,
};

// Signals (asm-generic/signal.h).
enum {
  signal_hup = 1,
  signal_quit = 3,
  signal_ill = 4,
  signal_trap = 5,
  signal_abrt = 6,
  signal_bus = 7,
  signal_fpe = 8,
  signal_kill = 9,
  signal_segv = 11,
  signal_term = 15,
  signal_chld = 17,
  signal_ttin = 21,
  signal_ttou = 22,
  signal_sys = 31,
  signal_last = 64,
};

// openat (asm-generic/fcntl.h).
enum {
  open_read = 0,
  open_write = 1,
  open_read_write = 2,
  open_no_terminal = 0400,
  open_no_wait = 04000,
  open_close_on_exec = 02000000,
};

// faccessat.
enum { access_exists = 0, access_execute = 1 };

// mount (linux/mount.h).
enum {
  mount_no_suid = 2,
  mount_no_dev = 4,
  mount_no_exec = 8,
  mount_bind = 4096,
  mount_move = 8192,
};

// wait4.
enum { wait_no_hang = 1 };

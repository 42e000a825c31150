// How a system call is made, and which number it has, on the two architectures.

#include "syscall.h"

#if defined(__x86_64__)

// arch/x86/entry/syscalls/syscall_64.tbl
enum {
  call_read = 0,
  call_write = 1,
  call_close = 3,
  call_rt_sigaction = 13,
  call_rt_sigprocmask = 14,
  call_ioctl = 16,
  call_pread64 = 17,
  call_nanosleep = 35,
  call_getpid = 39,
  call_socket = 41,
  call_connect = 42,
  call_setsockopt = 54,
  call_clone = 56,
  call_execve = 59,
  call_wait4 = 61,
  call_kill = 62,
  call_fcntl = 72,
  call_chdir = 80,
  call_fchown = 93,
  call_umask = 95,
  call_setuid = 105,
  call_setgid = 106,
  call_setsid = 112,
  call_setgroups = 116,
  call_rt_sigtimedwait = 128,
  call_chroot = 161,
  call_sync = 162,
  call_mount = 165,
  call_reboot = 169,
  call_exit_group = 231,
  call_openat = 257,
  call_mkdirat = 258,
  call_mknodat = 259,
  call_symlinkat = 266,
  call_faccessat = 269,
  call_dup3 = 292,
  call_pipe2 = 293,
  call_finit_module = 313,
};

// A system call has up to six parameters.  NOLINTNEXTLINE(readability-function-size)
static long call(long number, long a, long b, long c, long d, long e) {
  long result = 0;
  register long fourth __asm__("r10") = d;
  register long fifth __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

// include/uapi/asm-generic/unistd.h
enum {
  call_dup3 = 24,
  call_fcntl = 25,
  call_ioctl = 29,
  call_mknodat = 33,
  call_mkdirat = 34,
  call_symlinkat = 36,
  call_mount = 40,
  call_faccessat = 48,
  call_chdir = 49,
  call_chroot = 51,
  call_fchown = 55,
  call_openat = 56,
  call_close = 57,
  call_pipe2 = 59,
  call_read = 63,
  call_write = 64,
  call_pread64 = 67,
  call_sync = 81,
  call_exit_group = 94,
  call_nanosleep = 101,
  call_kill = 129,
  call_rt_sigaction = 134,
  call_rt_sigprocmask = 135,
  call_rt_sigtimedwait = 137,
  call_reboot = 142,
  call_setgid = 144,
  call_setuid = 146,
  call_setsid = 157,
  call_setgroups = 159,
  call_umask = 166,
  call_getpid = 172,
  call_socket = 198,
  call_connect = 203,
  call_setsockopt = 208,
  call_clone = 220,
  call_execve = 221,
  call_wait4 = 260,
  call_finit_module = 273,
};

// A system call has up to six parameters.  NOLINTNEXTLINE(readability-function-size)
static long call(long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}

#else
#error "enclaves are x86_64 or aarch64"
#endif

enum { at_working_folder = -100, signal_set_size = sizeof(SignalSet) };

static long call4(long number, long a, long b, long c, long d) {
  return call(number, a, b, c, d, 0);
}
static long call3(long number, long a, long b, long c) {
  return call(number, a, b, c, 0, 0);
}
static long call2(long number, long a, long b) {
  return call(number, a, b, 0, 0, 0);
}
static long call1(long number, long a) {
  return call(number, a, 0, 0, 0, 0);
}

long sys_open(const char* path, int flags) {
  return call4(call_openat, at_working_folder, (long)path, flags, 0);
}

long sys_read(int fd, void* buffer, size_t size) {
  return call3(call_read, fd, (long)buffer, (long)size);
}

long sys_read_at(int fd, void* buffer, size_t size, uint64_t offset) {
  return call4(call_pread64, fd, (long)buffer, (long)size, (long)offset);
}

long sys_write(int fd, const void* bytes, size_t size) {
  return call3(call_write, fd, (long)bytes, (long)size);
}

long sys_close(int fd) {
  return call1(call_close, fd);
}

long sys_pipe(int ends[2]) {
  enum { close_on_exec = 02000000 };
  return call2(call_pipe2, (long)ends, close_on_exec);
}

long sys_duplicate(int fd, int as) {
  return call3(call_dup3, fd, as, 0);
}

long sys_is_open(int fd) {
  enum { get_descriptor_flags = 1 };
  return call2(call_fcntl, fd, get_descriptor_flags);
}

long sys_change_owner(int fd, uint32_t user, uint32_t group) {
  return call3(call_fchown, fd, user, group);
}

long sys_ioctl(int fd, unsigned long request, void* argument) {
  return call3(call_ioctl, fd, (long)request, (long)argument);
}

long sys_access(const char* path, int mode) {
  return call3(call_faccessat, at_working_folder, (long)path, mode);
}

long sys_make_folder(const char* path, unsigned mode) {
  return call3(call_mkdirat, at_working_folder, (long)path, mode);
}

long sys_make_character_device(const char* path, unsigned mode, unsigned major, unsigned minor) {
  enum { character_device = 0020000 };
  return call4(call_mknodat, at_working_folder, (long)path, character_device | mode,
               (long)(major << 8 | minor));
}

long sys_make_symlink(const char* target, const char* path) {
  return call3(call_symlinkat, (long)target, at_working_folder, (long)path);
}

long sys_mount(const char* source, const char* target, const char* type, unsigned long flags,
               const char* options) {
  return call(call_mount, (long)source, (long)target, (long)type, (long)flags, (long)options);
}

long sys_change_root(const char* path) {
  return call1(call_chroot, (long)path);
}
long sys_change_folder(const char* path) {
  return call1(call_chdir, (long)path);
}

long sys_load_module(int fd, const char* parameters) {
  return call3(call_finit_module, fd, (long)parameters, 0);
}

long sys_fork(void) {
  enum { tell_parent_by_sigchld = 17 };
  return call(call_clone, tell_parent_by_sigchld, 0, 0, 0, 0);
}

long sys_execve(const char* path, char* const* arguments, char* const* environment) {
  return call3(call_execve, (long)path, (long)arguments, (long)environment);
}

_Noreturn void sys_exit(int status) {
  for (;;) call1(call_exit_group, status);
}

long sys_wait(long process, int* status, int options) {
  return call4(call_wait4, process, (long)status, options, 0);
}

long sys_process_id(void) {
  return call1(call_getpid, 0);
}
long sys_new_session(void) {
  return call1(call_setsid, 0);
}
long sys_set_mask(unsigned mask) {
  return call1(call_umask, mask);
}

long sys_set_groups(size_t count, const uint32_t* groups) {
  return call2(call_setgroups, (long)count, (long)groups);
}

long sys_set_group(uint32_t group) {
  return call1(call_setgid, group);
}
long sys_set_user(uint32_t user) {
  return call1(call_setuid, user);
}
long sys_kill(long process, int signal) {
  return call2(call_kill, process, signal);
}

long sys_block_signals(SignalSet set) {
  enum { set_mask = 2 };
  return call4(call_rt_sigprocmask, set_mask, (long)&set, 0, signal_set_size);
}

long sys_default_action(int signal) {
  // struct sigaction of the kernel: handler, flags, restorer where there is one, mask. All zero is
  // SIG_DFL, and longer than it needs to be does not matter.
  const uint64_t all_default[4] = {0};
  return call4(call_rt_sigaction, signal, (long)all_default, 0, signal_set_size);
}

long sys_take_signal(SignalSet set) {
  return call4(call_rt_sigtimedwait, (long)&set, 0, 0, signal_set_size);
}

void sys_sleep_ms(unsigned milliseconds) {
  const int64_t duration[2] = {milliseconds / 1000, (int64_t)(milliseconds % 1000) * 1000000};
  call2(call_nanosleep, (long)duration, 0);
}

long sys_socket(int family, int type) {
  return call3(call_socket, family, type, 0);
}

long sys_connect(int fd, const void* address, size_t size) {
  return call3(call_connect, fd, (long)address, (long)size);
}

long sys_set_socket_option(int fd, int level, int name, const void* value, size_t size) {
  return call(call_setsockopt, fd, level, name, (long)value, (long)size);
}

void sys_sync(void) {
  call1(call_sync, 0);
}

long sys_restart(void) {
  // LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_RESTART (linux/reboot.h)
  return call3(call_reboot, 0xfee1dead, 672274793, 0x01234567);
}

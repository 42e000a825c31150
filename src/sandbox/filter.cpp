#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>

#include <linux/fs.h>
#include <linux/prctl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "apply.hpp"
#include <seccomp.h>

namespace reproduce::sandbox {
namespace {

/// What reading, writing, calculating and threads need. Everything else is refused:
/// a system call that the C library can do without must look as if the kernel were too old
/// for it (ENOSYS), so that it falls back; a forbidden deed must look forbidden (EPERM).
constexpr const char* allowed_calls[] = {
    // files, by name: which of them is Landlock's business
    "open", "openat", "openat2", "creat", "access", "faccessat", "faccessat2", "stat", "lstat",
    "newfstatat", "fstatat64", "statx", "statfs", "getxattr", "lgetxattr", "fgetxattr", "listxattr",
    "llistxattr", "flistxattr", "readlink", "readlinkat", "mkdir", "mkdirat", "rmdir", "unlink",
    "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat",
    "chdir", "fchdir", "getcwd", "umask",
    // files that are open
    "read", "readv", "pread64", "preadv", "preadv2", "write", "writev", "pwrite64", "pwritev",
    "pwritev2", "lseek", "fstat", "fstatfs", "getdents", "getdents64", "ftruncate", "fallocate",
    "fadvise64", "readahead", "fsync", "fdatasync", "sync_file_range", "copy_file_range",
    "sendfile", "splice", "flock", "fcntl", "dup", "dup2", "dup3", "close", "close_range", "pipe",
    "pipe2", "memfd_create",
    // memory
    "brk", "mmap", "munmap", "mremap", "mprotect", "madvise", "mincore", "msync", "mlock",
    "munlock", "membarrier",
    // threads; clone has a rule of its own
    "futex", "futex_waitv", "set_robust_list", "get_robust_list", "rseq", "set_tid_address",
    "arch_prctl", "exit", "exit_group", "sched_yield", "sched_getaffinity", "sched_getparam",
    "sched_getscheduler", "getcpu", "gettid", "wait4", "waitid",
    // time
    "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep", "gettimeofday", "time",
    "times",
    // what this process is
    "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid",
    "getresgid", "getpgrp", "getpgid", "getsid", "uname", "sysinfo", "getrusage", "getrlimit",
    "getrandom",
    // signals within this process
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigsuspend",
    "rt_sigtimedwait", "sigaltstack", "restart_syscall", "pause",
    // waiting
    "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl",
    "epoll_wait", "epoll_pwait", "eventfd2"};

/// What would reach out of the process, or change what Landlock does not watch.
constexpr const char* forbidden_calls[] = {
    // network
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "recvfrom",
    "sendmsg", "sendmmsg", "recvmsg", "recvmmsg", "setsockopt", "getsockopt",
    // programs and processes
    "execve", "execveat", "fork", "vfork", "setsid", "setpgid", "tkill", "rt_sigqueueinfo",
    "rt_tgsigqueueinfo", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "ptrace",
    "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp",
    // name spaces and mounts
    "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree",
    "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr",
    // the kernel
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter",
    "io_uring_register", "keyctl", "add_key", "request_key", "kexec_load", "kexec_file_load",
    "init_module", "finit_module", "delete_module", "reboot", "swapon", "swapoff", "syslog", "acct",
    "iopl", "ioperm", "personality", "quotactl", "settimeofday", "clock_settime", "sethostname",
    "setdomainname", "seccomp",
    // who this process is
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid",
    "setfsgid", "capset",
    // attributes, and ways to a file that are no path
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "utime",
    "utimes", "utimensat", "futimesat", "setxattr", "lsetxattr", "fsetxattr", "removexattr",
    "lremovexattr", "fremovexattr", "mknod", "mknodat", "name_to_handle_at", "open_by_handle_at"};

/// Terminal size, file flags and copies of file ranges; not, for instance, TIOCSTI, which types on
/// the terminal of whoever started us.
constexpr std::uint32_t allowed_ioctls[] = {TCGETS,  TIOCGWINSZ, FIONREAD,
                                            FIOCLEX, FICLONE,    FICLONERANGE};

/// PR_SET_VMA names memory (Linux 5.17); the C library and sanitizers use it.
constexpr std::uint32_t allowed_prctls[] = {PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_VMA};

/// The kernel looks at 32 bits of these arguments, so the filter must, too.
constexpr std::uint64_t low_half = 0xFFFFFFFF;

/// A libseccomp filter in the making. Remembers the first error.
class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS)), &seccomp_release) {
    if (context_ == nullptr) note(-ENOMEM);
  }

  void rule(std::uint32_t action, const char* name) {
    if (const auto number = number_of(name))
      note(seccomp_rule_add(context_.get(), action, *number, 0));
  }

  void rule(std::uint32_t action, const char* name, const scmp_arg_cmp& condition) {
    if (const auto number = number_of(name))
      note(seccomp_rule_add_array(context_.get(), action, *number, 1, &condition));
  }

  [[nodiscard]] Trouble load() {
    if (error_ == 0)
      note(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
    if (error_ == 0) note(seccomp_load(context_.get()));
    return error_ == 0 ? Trouble() : std::generic_category().message(-error_);
  }

 private:
  /// Nothing for calls that this architecture, or this libseccomp, does not know: the default
  /// refuses those.
  [[nodiscard]] std::optional<int> number_of(const char* name) const {
    const int number = seccomp_syscall_resolve_name(name);
    return number < 0 || error_ != 0 ? std::nullopt : std::optional(number);
  }

  void note(int result) {
    if (error_ == 0 && result < 0) error_ = result;
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  int error_ = 0;
};

scmp_arg_cmp argument_is(unsigned index, std::uint64_t mask, std::uint64_t value) {
  return {.arg = index, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

/// Threads, yes; processes, no. The C library asks clone3 first, whose flags lie in memory where a
/// filter cannot look, and takes clone when told that clone3 does not exist.
void add_thread_rules(Filter& filter) {
  filter.rule(SCMP_ACT_ALLOW, "clone", argument_is(0, CLONE_THREAD, CLONE_THREAD));
  filter.rule(SCMP_ACT_ERRNO(EPERM), "clone", argument_is(0, CLONE_THREAD, 0));
}

/// Allows a call when its argument `index` is `value`, all 64 bits of it.
void allow_only(Filter& filter, const char* name, unsigned index, std::uint64_t value) {
  filter.rule(SCMP_ACT_ALLOW, name,
              {.arg = index, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0});
  filter.rule(SCMP_ACT_ERRNO(EPERM), name,
              {.arg = index, .op = SCMP_CMP_NE, .datum_a = value, .datum_b = 0});
}

void add_argument_rules(Filter& filter) {
  // libseccomp cannot say "none of these" about one argument, so the others get ENOSYS.
  for (const std::uint32_t request : allowed_ioctls)
    filter.rule(SCMP_ACT_ALLOW, "ioctl", argument_is(1, low_half, request));
  for (const std::uint32_t option : allowed_prctls)
    filter.rule(SCMP_ACT_ALLOW, "prctl", argument_is(0, low_half, option));
  // abort() and pthread_kill(); never another process.
  const auto self = static_cast<std::uint64_t>(::getpid());
  allow_only(filter, "tgkill", 0, self);
  allow_only(filter, "kill", 0, self);
  // The limits of this process alone; without privileges they can only go down.
  allow_only(filter, "prlimit64", 0, 0);
}

}  // namespace

Trouble apply_filter(unsigned landlock_abi) {
  Filter filter;
  for (const char* name : allowed_calls) filter.rule(SCMP_ACT_ALLOW, name);
  for (const char* name : forbidden_calls) filter.rule(SCMP_ACT_ERRNO(EPERM), name);
  constexpr unsigned first_abi_that_watches_truncation = 3;
  filter.rule(
      landlock_abi >= first_abi_that_watches_truncation ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM),
      "truncate");
  add_thread_rules(filter);
  add_argument_rules(filter);
  return filter.load();
}

}  // namespace reproduce::sandbox

#pragma once

// System calls, thin: each gives what the kernel gives, a negative error number (kernel.h) when it
// fails. There is no errno.

#include "types.h"

/// A set of signals as the kernel has it: signal s is bit s - 1.
typedef uint64_t SignalSet;

long sys_open(const char* path, int flags);
long sys_read(int fd, void* buffer, size_t size);
long sys_read_at(int fd, void* buffer, size_t size, uint64_t offset);
long sys_write(int fd, const void* bytes, size_t size);
long sys_close(int fd);
/// A pipe whose two ends are closed by an exec.
long sys_pipe(int ends[2]);
long sys_duplicate(int fd, int as);
long sys_is_open(int fd);
long sys_change_owner(int fd, uint32_t user, uint32_t group);
long sys_ioctl(int fd, unsigned long request, void* argument);

long sys_access(const char* path, int mode);
long sys_make_folder(const char* path, unsigned mode);
long sys_make_character_device(const char* path, unsigned mode, unsigned major, unsigned minor);
long sys_make_symlink(const char* target, const char* path);

long sys_mount(const char* source, const char* target, const char* type, unsigned long flags,
               const char* options);
long sys_change_root(const char* path);
long sys_change_folder(const char* path);
long sys_load_module(int fd, const char* parameters);

long sys_fork(void);
long sys_execve(const char* path, char* const* arguments, char* const* environment);
_Noreturn void sys_exit(int status);
/// As wait4: any child for -1; the wait status goes to `status`.
long sys_wait(long process, int* status, int options);
long sys_process_id(void);
long sys_new_session(void);
long sys_set_mask(unsigned mask);
long sys_set_groups(size_t count, const uint32_t* groups);
long sys_set_group(uint32_t group);
long sys_set_user(uint32_t user);

long sys_kill(long process, int signal);
/// Makes `set` the set of blocked signals.
long sys_block_signals(SignalSet set);
long sys_default_action(int signal);
/// Waits until one of `set`, which is blocked, is pending; takes it and gives its number.
long sys_take_signal(SignalSet set);
void sys_sleep_ms(unsigned milliseconds);

long sys_socket(int family, int type);
long sys_connect(int fd, const void* address, size_t size);
long sys_set_socket_option(int fd, int level, int name, const void* value, size_t size);

void sys_sync(void);
/// Restarts the machine; gives an error number, or does not return.
long sys_restart(void);

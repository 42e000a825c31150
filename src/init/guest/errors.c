#include "errors.h"

#include "kernel.h"
#include "types.h"

const char* error_words(unsigned long number) {
  static const struct {
    unsigned long number;
    const char* words;
  } table[] = {
      {error_perm, "operation not permitted"},
      {error_noent, "no such file or folder"},
      {error_io, "input or output error"},
      {error_2big, "arguments and environment are too long"},
      {error_noexec, "not a format that the kernel knows"},
      {error_again, "would have to wait"},
      {error_nomem, "out of memory"},
      {error_acces, "permission denied"},
      {error_busy, "busy"},
      {error_exist, "it exists"},
      {error_nodev, "no such device"},
      {error_notdir, "not a folder"},
      {error_isdir, "is a folder"},
      {error_inval, "invalid argument"},
      {error_txtbsy, "open for writing"},
      {error_fbig, "too large"},
      {error_nospc, "no space left"},
      {error_rofs, "read-only file system"},
      {error_nametoolong, "name too long"},
      {error_nosys, "the kernel does not have this call"},
      {error_loop, "too many symbolic links"},
      {error_afnosupport, "the kernel does not have this kind of socket"},
      {error_connreset, "connection reset"},
      {error_timedout, "timed out"},
      {error_connrefused, "connection refused"},
      {error_nokey, "not signed with a key that the kernel knows"},
      {error_keyrejected, "the kernel rejects its signature"},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; ++i)
    if (table[i].number == number) return table[i].words;
  return NULL;
}

const char* signal_name(unsigned long number) {
  static const char* const names[] = {
      NULL,        "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",
      "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM",
      "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
      "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS",
  };
  return number < sizeof names / sizeof *names ? names[number] : NULL;
}

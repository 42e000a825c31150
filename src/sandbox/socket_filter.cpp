#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <system_error>

#include <sys/socket.h>

#include "name_spaces.hpp"
#include <seccomp.h>

namespace reproduce::sandbox {

Trouble apply_socket_filter() {
  const std::unique_ptr<void, decltype(&seccomp_release)> context(seccomp_init(SCMP_ACT_ALLOW),
                                                                  &seccomp_release);
  if (context == nullptr) return std::generic_category().message(ENOMEM);
  const scmp_arg_cmp not_unix{.arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX, .datum_b = 0};
  int result =
      seccomp_rule_add_array(context.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, &not_unix);
  // io_uring opens sockets without the call.
  for (const int call :
       {SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register)})
    if (result == 0) result = seccomp_rule_add(context.get(), SCMP_ACT_ERRNO(ENOSYS), call, 0);
  if (result == 0) result = seccomp_load(context.get());
  return result == 0 ? Trouble() : std::generic_category().message(-result);
}

}  // namespace reproduce::sandbox

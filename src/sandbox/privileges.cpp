#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <system_error>

#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply.hpp"

namespace reproduce::sandbox {
namespace {

Trouble reason(int error_number) {
  return std::generic_category().message(error_number);
}

constexpr std::uint32_t bit(unsigned capability) {
  return std::uint32_t{1} << capability;
}

/// Root reads and replaces files of others by these two; Landlock still says which files.
constexpr std::uint32_t kept_capabilities = bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH);

}  // namespace

Trouble apply_no_new_privileges() noexcept {
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? Trouble() : reason(errno);
}

Trouble apply_network_name_space() {
  // Not with a user name space, which would let ordinary users do this: in one, stat(2) shows
  // files of all other users as nobody's, and owners are part of what is built.
  if (::unshare(CLONE_NEWNET) == 0) return {};
  return errno == EPERM ? Trouble("only root may have one here") : reason(errno);
}

Trouble drop_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return reason(errno);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const std::uint32_t kept = i == 0 ? kept_capabilities : 0;
    data[i].effective &= kept;
    data[i].permitted &= kept;
    data[i].inheritable = 0;
  }
  if (::syscall(SYS_capset, &header, data.data()) != 0) return reason(errno);
  return {};
}

Trouble forbid_capabilities_of_programs() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return reason(errno);
  for (__user_cap_data_struct& half : data) half.inheritable = 0;
  if (::syscall(SYS_capset, &header, data.data()) != 0) return reason(errno);
  // capabilities(7), "Transformation of capabilities during execve()": without inheritable ones
  // root's programs get what the bounding set has, and others, with no new privileges, nothing.
  for (unsigned long number = 0; number < 64; ++number)
    if (::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) {
      if (errno == EINVAL) return {};  // past the last one that this kernel has
      return ::geteuid() != 0 && errno == EPERM ? Trouble() : reason(errno);
    }
  return {};
}

Trouble forbid_core_files() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  return ::setrlimit(RLIMIT_CORE, &none) == 0 ? Trouble() : reason(errno);
}

Trouble close_descriptors(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned first = STDERR_FILENO + 1;
  for (const int fd : kept) {
    const auto number = static_cast<unsigned>(fd);
    if (fd < 0 || number < first) continue;
    if (number > first && ::close_range(first, number - 1, 0) != 0) return reason(errno);
    first = number + 1;
  }
  return ::close_range(first, UINT_MAX, 0) == 0 ? Trouble() : reason(errno);
}

}  // namespace reproduce::sandbox

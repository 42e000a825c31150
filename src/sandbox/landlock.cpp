#include "reproduce/sandbox/landlock.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::sandbox {
namespace {

// Newer than the headers of Debian 12 (Linux 6.1). Source: include/uapi/linux/landlock.h of Linux
// 6.15; the ABI that brought each is in landlock.rst, "Previous limitations".
constexpr std::uint64_t truncate = std::uint64_t{1} << 14;    // ABI 3, LANDLOCK_ACCESS_FS_TRUNCATE
constexpr std::uint64_t ioctl_dev = std::uint64_t{1} << 15;   // ABI 5, ..._FS_IOCTL_DEV
constexpr std::uint64_t bind_tcp = std::uint64_t{1} << 0;     // ABI 4, ..._NET_BIND_TCP
constexpr std::uint64_t connect_tcp = std::uint64_t{1} << 1;  // ABI 4, ..._NET_CONNECT_TCP
constexpr std::uint64_t abstract_sockets = std::uint64_t{1} << 0;  // ABI 6, LANDLOCK_SCOPE_...
constexpr std::uint64_t signals = std::uint64_t{1} << 1;           // ABI 6, LANDLOCK_SCOPE_SIGNAL

/// struct landlock_ruleset_attr of Linux 6.12. An older kernel takes the longer structure as long
/// as what it does not know is zero.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};

/// All rights of ABI 1.
constexpr std::uint64_t first_rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;

unsigned kernel_abi() noexcept {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : static_cast<unsigned>(abi);
}

/// Opens `path` as the place that a rule is about.
UniqueFd open_place(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (fd.get() < 0) throw_io_error("open", path.string(), errno);
  return fd;
}

bool is_folder(const UniqueFd& fd) {
  struct stat status {};
  return ::fstat(fd.get(), &status) == 0 && S_ISDIR(status.st_mode);
}

void grant(const UniqueFd& ruleset, const UniqueFd& place, std::uint64_t rights,
           const std::filesystem::path& path) {
  const landlock_path_beneath_attr rule{.allowed_access = rights, .parent_fd = place.get()};
  if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    throw_io_error("confine the work to", path.string(), errno);
}

}  // namespace

LandlockRights landlock_rights(unsigned abi) noexcept {
  LandlockRights rights;
  if (abi == 0) return rights;
  rights.handled_files = first_rights;
  rights.read_file = LANDLOCK_ACCESS_FS_READ_FILE;
  rights.read_folder = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  rights.use_folder = rights.read_folder | LANDLOCK_ACCESS_FS_WRITE_FILE |
                      LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                      LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                      LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (abi >= 2) {
    rights.handled_files |= LANDLOCK_ACCESS_FS_REFER;
    rights.use_folder |= LANDLOCK_ACCESS_FS_REFER;
  }
  if (abi >= 3) {
    rights.handled_files |= truncate;
    rights.use_folder |= truncate;
  }
  if (abi >= 4) rights.handled_network = bind_tcp | connect_tcp;
  if (abi >= 5) rights.handled_files |= ioctl_dev;
  if (abi >= 6) rights.scoped = abstract_sockets | signals;
  return rights;
}

LandlockOutcome apply_landlock(const std::vector<std::filesystem::path>& inputs,
                               const std::vector<std::filesystem::path>& scratch) {
  const unsigned abi = std::min(kernel_abi(), newest_landlock_abi);
  if (abi == 0) return {.trouble = "this kernel has none, or it is switched off"};
  const LandlockRights rights = landlock_rights(abi);
  const RulesetAttributes attributes{.handled_access_fs = rights.handled_files,
                                     .handled_access_net = rights.handled_network,
                                     .scoped = rights.scoped};
  const UniqueFd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (ruleset.get() < 0) return {.trouble = std::generic_category().message(errno)};
  for (const std::filesystem::path& path : inputs) {
    const UniqueFd place = open_place(path);
    grant(ruleset, place, is_folder(place) ? rights.read_folder : rights.read_file, path);
  }
  for (const std::filesystem::path& path : scratch) {
    const UniqueFd place = open_place(path);
    if (!is_folder(place)) throw_io_error("write below", path.string(), ENOTDIR);
    grant(ruleset, place, rights.use_folder, path);
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
    return {.trouble = std::generic_category().message(errno)};
  return {.abi = abi};
}

}  // namespace reproduce::sandbox

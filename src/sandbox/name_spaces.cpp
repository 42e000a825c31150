#include "name_spaces.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <net/if.h>

#include "reproduce/base/file.hpp"

namespace reproduce::sandbox {
namespace {

struct Part {
  int flag;
  const char* name;
};
constexpr std::array<Part, 5> parts{{{CLONE_NEWNS, "mount name space"},
                                     {CLONE_NEWPID, "pid name space"},
                                     {CLONE_NEWIPC, "ipc name space"},
                                     {CLONE_NEWUTS, "uts name space"},
                                     {CLONE_NEWNET, "network name space"}}};

/// Whoever runs it, the command sees the same ordinary user: the first one of most systems.
constexpr const char* inner_id = "1000";

void write_line(const std::string& path, const std::string& line) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (fd.get() < 0) throw_io_error("open", path, errno);
  DescriptorSink(fd.get(), path).write(as_bytes(line));
}

std::string map_line(unsigned outer_id) {
  return std::string(inner_id) + " " + std::to_string(outer_id) + " 1\n";
}

/// user_namespaces(7), "Defining user and group ID mappings": one line for the own id each, and
/// no change of groups.
void map_ids(uid_t user, gid_t group) {
  write_line("/proc/self/setgroups", "deny");
  write_line("/proc/self/uid_map", map_line(user));
  write_line("/proc/self/gid_map", map_line(group));
}

/// Programs talk to themselves over 127.0.0.1, so the loopback is up. It leads nowhere else.
void raise_loopback() noexcept {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  (void)::ioctl(socket.get(), SIOCSIFFLAGS, &request);
}

void note(NameSpaces& spaces, const Part& part, int error_number) {
  if (error_number != 0) {
    spaces.report.missing.push_back(std::string(part.name) + ": " +
                                    std::generic_category().message(error_number));
    return;
  }
  spaces.report.in_force.emplace_back(part.name);
  spaces.pid = spaces.pid || part.flag == CLONE_NEWPID;
  spaces.no_network = spaces.no_network || part.flag == CLONE_NEWNET;
}

}  // namespace

NameSpaces enter_name_spaces(bool network) {
  int flags = 0;
  for (const Part& part : parts)
    if (!network || part.flag != CLONE_NEWNET) flags |= part.flag;
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  NameSpaces spaces;
  const bool at_once = ::unshare(CLONE_NEWUSER | flags) == 0;
  const Part user_part{.flag = CLONE_NEWUSER, .name = "user name space"};
  note(spaces, user_part, at_once ? 0 : errno);
  if (at_once) map_ids(user, group);
  // Without a user name space, root may still have the others.
  for (const Part& part : parts)
    if ((flags & part.flag) != 0)
      note(spaces, part, at_once || ::unshare(part.flag) == 0 ? 0 : errno);
  if (spaces.no_network) raise_loopback();
  for (const std::string& name : spaces.report.in_force) {
    constexpr std::string_view host = "reproduce";
    if (name == "uts name space") (void)::sethostname(host.data(), host.size());
  }
  return spaces;
}

int mount_own_proc() noexcept {
  // Private first: what is mounted here must not appear outside.
  if (::mount(nullptr, "/proc", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return errno;
  return 0;
}

}  // namespace reproduce::sandbox

#include "unnamed_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace reproduce {
namespace {

/// Where linkat(2) finds the file: its first two parameters and its last.
struct Origin {
  int folder;
  std::string path;
  int flags;
};

Origin descriptor_itself(int fd) {
  return {.folder = fd, .path = "", .flags = AT_EMPTY_PATH};
}

std::string proc_path(int fd) {
  return "/proc/self/fd/" + std::to_string(fd);
}

Origin link_in_proc(int fd) {
  return {.folder = AT_FDCWD, .path = proc_path(fd), .flags = AT_SYMLINK_FOLLOW};
}

int link_from(const Origin& origin, const std::string& name) {
  return ::linkat(origin.folder, origin.path.c_str(), AT_FDCWD, name.c_str(), origin.flags) == 0
             ? 0
             : errno;
}

/// Asks without doing it: the root folder always exists, and the system looks at the new name only
/// once it has found, and permitted, the old one.
bool links_from_descriptor(int fd) {
  return link_from(descriptor_itself(fd), "/") == EEXIST;
}

bool is_same_file(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// In a chroot, what is called /proc may be a folder like any other.
bool proc_knows(int fd) {
  struct stat ours {};
  struct stat found {};
  return ::fstat(fd, &ours) == 0 && ::stat(proc_path(fd).c_str(), &found) == 0 &&
         is_same_file(ours, found);
}

}  // namespace

UniqueFd open_unnamed_file(const std::filesystem::path& folder, mode_t mode) {
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
  if (fd.get() < 0) {
    // Linux before 3.11, and file systems without such files (open(2)).
    if (errno == EISDIR || errno == EINVAL) errno = EOPNOTSUPP;
    return fd;
  }
  if (links_from_descriptor(fd.get()) || proc_knows(fd.get())) return fd;
  fd = UniqueFd();
  errno = EOPNOTSUPP;
  return fd;
}

int name_file(int fd, const std::string& name) {
  if (links_from_descriptor(fd)) return link_from(descriptor_itself(fd), name);
  return proc_knows(fd) ? link_from(link_in_proc(fd), name) : ENOENT;
}

UniqueFd reopen_direct(int fd) {
  UniqueFd direct;
  if (proc_knows(fd))
    direct = UniqueFd(::open(proc_path(fd).c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC));
  return direct;
}

}  // namespace reproduce

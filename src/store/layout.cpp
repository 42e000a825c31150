#include "layout.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dirent.h>
#include <stdlib.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::store {
namespace {

[[noreturn]] void throw_planted(const std::string& path, const std::string& expected) {
  throw Error(ErrorKind::untrusted, "something else stands where the store keeps its own",
              {.file = path,
               .expected = expected,
               .got = "a symlink or another kind of file",
               .hint = "remove it, or use another store"});
}

bool is_planted(int error_number) {
  return error_number == ELOOP || error_number == ENOTDIR || error_number == ENXIO;
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { (void)::closedir(folder); }
};

UniqueFd open_again(int root, const std::string& path) {
  const int fd = ::openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw_io_error("open", path, errno);
  return UniqueFd(fd);
}

int lock_waiting(int fd, int how) {
  int status = 0;
  do status = ::flock(fd, how);
  while (status != 0 && errno == EINTR);
  return status;
}

}  // namespace

std::string shard_of(const Sha256Digest& digest) {
  return to_hex(digest).substr(0, 2);
}

std::optional<Sha256Digest> digest_of(std::string_view name) {
  const auto bytes = from_hex(name);
  Sha256Digest digest{};
  if (!bytes || bytes->size() != digest.size() || to_hex(*bytes) != name) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

std::optional<Folder> find_folder(int parent, const std::string& parent_path,
                                  const std::string& name) {
  std::string path = parent_path + "/" + name;
  const int fd = ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) return Folder{UniqueFd(fd), std::move(path)};
  if (errno == ENOENT) return std::nullopt;
  if (is_planted(errno)) throw_planted(path, "a folder");
  throw_io_error("open", path, errno);
}

Folder make_folder(int parent, const std::string& parent_path, const std::string& name) {
  if (auto folder = find_folder(parent, parent_path, name)) return std::move(*folder);
  constexpr mode_t folder_mode = 0777;  // less the caller's umask
  if (::mkdirat(parent, name.c_str(), folder_mode) != 0 && errno != EEXIST)
    throw_io_error("create", parent_path + "/" + name, errno);
  if (auto folder = find_folder(parent, parent_path, name)) return std::move(*folder);
  throw_io_error("open", parent_path + "/" + name, ENOENT);
}

std::optional<UniqueFd> find_file(const Folder& folder, const std::string& name, int flags) {
  const std::string path = folder.path + "/" + name;
  // O_NONBLOCK: a fifo must not make us wait for whoever planted it.
  UniqueFd fd(::openat(folder.fd.get(), name.c_str(),
                       flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno == ENOENT) return std::nullopt;
    if (is_planted(errno) || errno == EISDIR) throw_planted(path, "a regular file");
    throw_io_error("open", path, errno);
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw_io_error("examine", path, errno);
  // A second name would let us write to somebody's file elsewhere.
  const bool shared = (flags & O_ACCMODE) != O_RDONLY && status.st_nlink > 1;
  if (!S_ISREG(status.st_mode) || shared) throw_planted(path, "a regular file of one name");
  return fd;
}

NamedFile make_temporary(const Folder& folder, std::string_view prefix) {
  // mkostemp(3) wants a path. The folder was just opened as a folder of the store; were it
  // replaced by a symlink since, the file would be made elsewhere and not be found here.
  std::string path = folder.path + "/" + std::string(prefix) + "XXXXXX";
  UniqueFd fd(::mkostemp(path.data(), O_CLOEXEC));
  if (fd.get() < 0) throw_io_error("create a file in", folder.path, errno);
  return {std::move(fd), path.substr(folder.path.size() + 1)};
}

std::vector<std::string> names_in(const Folder& folder) {
  UniqueFd fd = open_again(folder.fd.get(), folder.path);
  const std::unique_ptr<DIR, CloseFolder> stream(::fdopendir(fd.get()));
  if (!stream) throw_io_error("list", folder.path, errno);
  (void)fd.release();  // the stream closes it
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(stream.get());
    if (entry == nullptr && errno != 0) throw_io_error("list", folder.path, errno);
    if (entry == nullptr) break;
    const std::string_view name(entry->d_name);
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<struct stat> status_of(const Folder& folder, const std::string& name) {
  struct stat status {};
  if (::fstatat(folder.fd.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return status;
  if (errno == ENOENT) return std::nullopt;
  throw_io_error("examine", folder.path + "/" + name, errno);
}

UniqueFd lock_shared(int root, const std::string& path) {
  UniqueFd fd = open_again(root, path);
  if (lock_waiting(fd.get(), LOCK_SH) != 0) throw_io_error("lock", path, errno);
  return fd;
}

UniqueFd lock_exclusive(int root, const std::string& path) {
  UniqueFd fd = open_again(root, path);
  if (lock_waiting(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno == EWOULDBLOCK)
    throw Error(ErrorKind::environment, "another process is writing to the store",
                {.file = path, .hint = "try again when it has ended"});
  throw_io_error("lock", path, errno);
}

}  // namespace reproduce::store

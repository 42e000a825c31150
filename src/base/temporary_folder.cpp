#include "reproduce/base/temporary_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdlib.h>

namespace reproduce {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view placeholder = "XXXXXX";  // of mkdtemp(3)

/// `file` is "NAME." and what mkdtemp(3) puts for the placeholder.
bool is_name(std::string_view file, const std::string& name) {
  if (file.size() != name.size() + 1 + placeholder.size() || !file.starts_with(name + "."))
    return false;
  const std::string_view random = file.substr(name.size() + 1);
  return std::all_of(random.begin(), random.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

/// The folder, locked; none when it is not ours, or in use, or gone.
UniqueFd lock_abandoned(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  const bool is_ours =
      fd.get() >= 0 && ::fstat(fd.get(), &status) == 0 && status.st_uid == ::geteuid();
  if (!is_ours || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return {};
  return fd;
}

void remove_abandoned(const fs::path& parent, const std::string& name) {
  std::error_code ignored;  // a folder that cannot be listed may still take a new one
  for (fs::directory_iterator entry(parent, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (!is_name(entry->path().filename().native(), name)) continue;
    std::error_code failed;
    if (const UniqueFd lock = lock_abandoned(entry->path()); lock.get() >= 0)
      fs::remove_all(entry->path(), failed);
  }
}

/// Whether `path` still names the folder that is open as `fd`.
bool is_same(const fs::path& path, int fd) {
  struct stat named {};
  struct stat open {};
  return ::lstat(path.c_str(), &named) == 0 && ::fstat(fd, &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

}  // namespace

TemporaryFolder::TemporaryFolder(const fs::path& parent, const std::string& name) {
  remove_abandoned(parent, name);
  // Before the lock is taken, another process may hold the folder for an abandoned one.
  constexpr int most_attempts = 100;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    std::string pattern = (parent / (name + ".")).string() + std::string(placeholder);
    if (::mkdtemp(pattern.data()) == nullptr) break;
    path_ = pattern;
    lock_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (lock_.get() < 0) continue;
    // Where a file system knows no locks, nobody can take one and remove the folder.
    const bool locked = ::flock(lock_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    if (locked && is_same(path_, lock_.get())) return;
  }
  throw_io_error("create a folder in", parent.string(), errno);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path TemporaryFolder::make(const std::string& name) const {
  fs::path folder = path_ / name;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw_io_error("create", folder.string(), error.value());
  return folder;
}

}  // namespace reproduce

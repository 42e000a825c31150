#include "folder_writer.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reproduce/tree/path.hpp"

namespace reproduce::extract {
namespace {

constexpr mode_t file_mode = 0666;
constexpr mode_t program_mode = 0777;
constexpr mode_t folder_mode = 0777;

/// Why the file system cannot have it, where it is about the name and not about the disk.
const char* reason_of(int error_number) {
  switch (error_number) {
    case EEXIST:
      return "the file system takes its name for that of another entry";
    case ENAMETOOLONG:
      return "its name is too long for the file system";
    case EILSEQ:
    case EINVAL:
      return "the file system takes no such name";
    case EMLINK:
      return "it has more links than the file system allows";
    case EPERM:
    case ENOTSUP:
      return "the file system has no such links";
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
      return "the folder that it lies in could not be made";
    default:
      return nullptr;
  }
}

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

FolderWriter::FolderWriter(const std::filesystem::path& folder) : name_(folder.string()) {
  const int fd = ::open(name_.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) throw_io_error("open", name_, errno);
  root_ = UniqueFd(fd);
}

std::string FolderWriter::name_of(std::string_view path) const {
  return (std::filesystem::path(name_) / path).string();
}

void FolderWriter::fail(const char* verb, std::string_view path, int error_number) const {
  if (const char* const reason = reason_of(error_number)) throw NotStorable(reason);
  throw_io_error(verb, name_of(path), error_number);
}

UniqueFd FolderWriter::open_folder(std::string_view path) const {
  UniqueFd folder;
  while (!path.empty()) {
    const std::string part(path.substr(0, path.find('/')));
    const int at = folder.get() < 0 ? root_.get() : folder.get();
    const int fd = ::openat(at, part.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) fail("open", path, errno);
    folder = UniqueFd(fd);
    path.remove_prefix(std::min(path.size(), part.size() + 1));
  }
  return folder;
}

int FolderWriter::parent(std::string_view path) {
  const std::string_view folder = tree::parent_of(path);
  if (folder.empty()) return root_.get();
  if (folder != parent_path_) {
    parent_path_.clear();
    parent_ = open_folder(folder);
    parent_path_ = folder;
  }
  return parent_.get();
}

void FolderWriter::make_folder(const std::string& path) {
  const std::string part(last_part(path));
  if (::mkdirat(parent(path), part.c_str(), folder_mode) != 0) fail("create", path, errno);
}

UniqueFd FolderWriter::create_file(const std::string& path, bool is_executable) {
  const std::string part(last_part(path));
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  const int fd =
      ::openat(parent(path), part.c_str(), flags, is_executable ? program_mode : file_mode);
  if (fd < 0) fail("create", path, errno);
  return UniqueFd(fd);
}

void FolderWriter::link(const std::string& path, const std::string& existing) {
  const UniqueFd folder = open_folder(tree::parent_of(existing));
  const int from = folder.get() < 0 ? root_.get() : folder.get();
  const std::string part(last_part(path));
  const std::string existing_part(last_part(existing));
  if (::linkat(from, existing_part.c_str(), parent(path), part.c_str(), 0) != 0)
    fail("link", path, errno);
}

void FolderWriter::symlink(const std::string& path, const std::string& target) {
  const std::string part(last_part(path));
  if (::symlinkat(target.c_str(), parent(path), part.c_str()) != 0) fail("create", path, errno);
}

}  // namespace reproduce::extract

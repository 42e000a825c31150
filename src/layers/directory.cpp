#include "reproduce/layers/directory.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <dirent.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::layers {
namespace {

using tree::Entry;
using tree::EntryType;

using Status = struct stat;

[[noreturn]] void throw_changed(const std::string& name) {
  throw tree::ContentChanged(
      "the file " + quote(name) + " changed while it was read",
      {.file = name, .hint = "nothing may write to the folder during a build"});
}

/// A folder held open, below which paths are looked up part by part, so that no
/// symlink, put there at whatever moment, leads anywhere else.
class Root {
 public:
  explicit Root(const std::filesystem::path& folder) : name_(folder.string()) {
    const int fd = ::open(name_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) throw_io_error("open", name_, errno);
    fd_ = UniqueFd(fd);
  }

  /// Opens `path` ("" for the root) with `flags`, never following a symlink.
  [[nodiscard]] UniqueFd open(std::string_view path, int flags) const {
    if (path.empty()) return open_part(fd_.get(), ".", flags, path);
    UniqueFd folder;
    std::string_view rest = path;
    for (std::size_t slash = rest.find('/'); slash != std::string_view::npos;
         slash = rest.find('/')) {
      const int at = folder.get() < 0 ? fd_.get() : folder.get();
      folder = open_part(at, std::string(rest.substr(0, slash)), O_PATH | O_DIRECTORY, path);
      rest.remove_prefix(slash + 1);
    }
    return open_part(folder.get() < 0 ? fd_.get() : folder.get(), std::string(rest), flags, path);
  }

  /// How `path` is called in errors.
  [[nodiscard]] std::string name_of(std::string_view path) const {
    return path.empty() ? name_ : (std::filesystem::path(name_) / path).string();
  }

 private:
  [[nodiscard]] UniqueFd open_part(int at, const std::string& part, int flags,
                                   std::string_view path) const {
    const int fd = ::openat(at, part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) return UniqueFd(fd);
    // What was a folder or a file when it was listed is a symlink or something else now.
    if (errno == ELOOP || errno == ENOTDIR || errno == ENXIO) throw_changed(name_of(path));
    throw_io_error("open", name_of(path), errno);
  }

  std::string name_;
  UniqueFd fd_;
};

/// Shared by the contents, each of which may be the last that needs it.
using RootPtr = std::shared_ptr<const Root>;

Status examine(int fd, const std::string& name) {
  Status status{};
  if (::fstat(fd, &status) != 0) throw_io_error("examine", name, errno);
  return status;
}

/// What tells one file from another, as long as somebody holds it.
struct Identity {
  explicit Identity(const Status& status) noexcept
      : device(status.st_dev), inode(status.st_ino), type(status.st_mode & S_IFMT) {}

  dev_t device;
  ino_t inode;
  mode_t type;

  bool operator==(const Identity&) const = default;
};

class FileContent final : public tree::Content {
 public:
  FileContent(RootPtr root, std::string path, const Status& listed)
      : root_(std::move(root)),
        path_(std::move(path)),
        identity_(listed),
        size_(static_cast<std::uint64_t>(listed.st_size)) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

  [[nodiscard]] std::unique_ptr<Source> open() const override {
    const std::string name = root_->name_of(path_);
    // O_NONBLOCK: should a fifo stand there now, opening it must not wait for a writer.
    UniqueFd fd = root_->open(path_, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    const Status opened = examine(fd.get(), name);
    if (Identity(opened) != identity_ || static_cast<std::uint64_t>(opened.st_size) != size_)
      throw_changed(name);
    return std::make_unique<FileSource>(std::move(fd), name);
  }

 private:
  RootPtr root_;
  std::string path_;
  Identity identity_;
  std::uint64_t size_;
};

std::optional<EntryType> type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return EntryType::directory;
    case S_IFREG:
      return EntryType::regular;
    case S_IFLNK:
      return EntryType::symlink;
    case S_IFCHR:
      return EntryType::character_device;
    case S_IFBLK:
      return EntryType::block_device;
    case S_IFIFO:
      return EntryType::fifo;
    case S_IFSOCK:
      return EntryType::socket;
    default:
      return std::nullopt;
  }
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { (void)::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

Folder list_folder(UniqueFd fd, const std::string& name) {
  Folder folder(::fdopendir(fd.get()));
  if (!folder) throw_io_error("list", name, errno);
  (void)fd.release();  // closedir() closes it
  return folder;
}

std::string read_link(int folder, const std::string& part, const std::string& name) {
  std::array<char, tree::longest_path + 1> target{};
  const ssize_t length = ::readlinkat(folder, part.c_str(), target.data(), target.size());
  if (length < 0 && errno == EINVAL) throw_changed(name);
  if (length < 0) throw_io_error("read the symlink", name, errno);
  return {target.data(), static_cast<std::size_t>(length)};
}

/// Whether something is mounted on a folder, bind mounts of the same file system
/// included. Where the system cannot say (before Linux 5.8), another device means
/// that it is.
bool is_mount_point(int folder, const std::string& part, bool is_on_another_device) {
  struct statx status {};
  constexpr int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
  const bool asked = ::statx(folder, part.c_str(), flags, 0, &status) == 0;
  if (!asked || (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0)
    return is_on_another_device;
  return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

class Scanner {
 public:
  explicit Scanner(const std::filesystem::path& folder)
      : root_(std::make_shared<const Root>(folder)) {}

  Layer scan() && {
    const UniqueFd fd = root_->open("", O_RDONLY | O_DIRECTORY);
    pending_.emplace_back("", Identity(examine(fd.get(), root_->name_of(""))));
    device_ = pending_.back().second.device;
    while (!pending_.empty()) {
      const auto [path, listed] = std::move(pending_.back());
      pending_.pop_back();
      scan_folder(path, listed);
    }
    return std::move(layer_);
  }

 private:
  void scan_folder(const std::string& path, const Identity& listed) {
    const std::string name = root_->name_of(path);
    UniqueFd fd = root_->open(path, O_RDONLY | O_DIRECTORY);
    if (Identity(examine(fd.get(), name)) != listed) throw_changed(name);
    const Folder folder = list_folder(std::move(fd), name);
    for (;;) {
      errno = 0;
      const dirent* const found = ::readdir(folder.get());
      if (found == nullptr) break;
      const std::string part(static_cast<const char*>(found->d_name));
      if (part != "." && part != "..") add(::dirfd(folder.get()), part, tree::join(path, part));
    }
    if (errno != 0) throw_io_error("list", name, errno);
  }

  void add(int folder, const std::string& part, const std::string& path) {
    const std::string name = root_->name_of(path);
    Status status{};
    if (::fstatat(folder, part.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) throw_changed(name);
      throw_io_error("examine", name, errno);
    }
    const auto type = type_of(status.st_mode);
    if (!type)
      throw Error(ErrorKind::environment, "a file is of a type that Linux does not have",
                  {.file = name});
    note_attributes(folder, part, path);
    Entry entry{.type = *type,
                .mode = status.st_mode & 07777U,
                .uid = status.st_uid,
                .gid = status.st_gid,
                .device_major = major(status.st_rdev),
                .device_minor = minor(status.st_rdev)};
    if (*type == EntryType::regular)
      set_content(path, status, entry);
    else if (*type == EntryType::directory)
      queue_folder(folder, part, path, status);
    else if (status.st_nlink > 1)
      layer_.losses.push_back(
          {path, "hard link to a " + std::string(tree::name_of(*type)), LossKind::hard_link});
    if (*type == EntryType::symlink) entry.target = read_link(folder, part, name);
    layer_.tree.add(path, std::move(entry));
  }

  void queue_folder(int folder, const std::string& part, const std::string& path,
                    const Status& status) {
    if (is_mount_point(folder, part, status.st_dev != device_))
      throw Error(ErrorKind::environment, "something is mounted inside the folder",
                  {.file = root_->name_of(path),
                   .hint = "unmount it, or copy the folder to where nothing is mounted"});
    pending_.emplace_back(path, Identity(status));
  }

  void set_content(const std::string& path, const Status& status, Entry& entry) {
    keep_newest(layer_.newest, status.st_mtime, path);
    if (status.st_nlink < 2) {
      entry.content = std::make_shared<const FileContent>(root_, path, status);
      return;
    }
    const auto [place, is_new] = linked_.try_emplace({status.st_dev, status.st_ino});
    if (is_new)
      place->second = {linked_.size(), std::make_shared<const FileContent>(root_, path, status)};
    std::tie(entry.link_group, entry.content) = place->second;
  }

  /// The system lists attributes by path only for what cannot be opened (devices, symlinks); /proc
  /// gives a path that starts at the folder held open. Where it is not mounted, the file's own path
  /// serves, as long as that leads there.
  ssize_t list_attributes(int folder, const std::string& part, const std::string& path) {
    const auto list = [this](const std::string& place) {
      return ::llistxattr(place.c_str(), attribute_names_.data(), attribute_names_.size());
    };
    const ssize_t size = list("/proc/self/fd/" + std::to_string(folder) + "/" + part);
    if (size >= 0 || (errno != ENOENT && errno != ENOTDIR)) return size;
    const std::string name = root_->name_of(path);
    Status held{};
    Status named{};
    if (::fstatat(folder, part.c_str(), &held, AT_SYMLINK_NOFOLLOW) != 0 ||
        ::lstat(name.c_str(), &named) != 0 || Identity(held) != Identity(named))
      throw_changed(name);
    return list(name);
  }

  void note_attributes(int folder, const std::string& part, const std::string& path) {
    const ssize_t size = list_attributes(folder, part, path);
    if (size < 0 && (errno == ENOTSUP || errno == EPERM || errno == EACCES)) return;
    if (size < 0) throw_io_error("list the attributes of", root_->name_of(path), errno);
    std::string_view rest(attribute_names_.data(), static_cast<std::size_t>(size));
    while (!rest.empty()) {
      const std::string_view attribute = rest.substr(0, rest.find('\0'));
      // Hosts label every file, and no label of theirs means anything in an enclave.
      if (attribute != "security.selinux")
        layer_.losses.push_back(
            {path, "extended attribute " + std::string(attribute), LossKind::attribute});
      rest.remove_prefix(std::min(rest.size(), attribute.size() + 1));
    }
  }

  using LinkedFile = std::pair<std::uint64_t, tree::ContentPtr>;

  RootPtr root_;
  Layer layer_;
  dev_t device_ = 0;
  std::vector<std::pair<std::string, Identity>> pending_;
  std::array<char, XATTR_LIST_MAX> attribute_names_{};
  std::map<std::pair<dev_t, ino_t>, LinkedFile> linked_;
};

}  // namespace

Layer read_directory(const std::filesystem::path& folder, std::optional<Owner> owner) {
  Layer layer = Scanner(folder).scan();
  if (owner) layer.tree.set_owner(owner->uid, owner->gid);
  return layer;
}

}  // namespace reproduce::layers

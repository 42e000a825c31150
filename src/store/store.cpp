#include "reproduce/store/store.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layout.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::store {
namespace {

[[noreturn]] void throw_corrupt(const std::string& path, const Sha256Digest& expected,
                                const Sha256Digest& got) {
  throw Error(ErrorKind::untrusted, "an entry of the store is corrupt",
              {.file = path,
               .expected = "sha256 " + to_hex(expected),
               .got = "sha256 " + to_hex(got),
               .hint = "`reproduce fetch` replaces it"});
}

/// An object's bytes, compared with its name at their end.
class ObjectSource final : public Source {
 public:
  ObjectSource(UniqueFd fd, std::string path, const Sha256Digest& digest)
      : file_(std::move(fd), std::move(path)), digest_(digest) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    if (buffer.empty() || ended_) return 0;
    const std::size_t count = file_.read(buffer);
    if (count != 0) {
      hash_.update(buffer.first(count));
      return count;
    }
    const Sha256Digest got = std::move(hash_).finish();
    ended_ = true;
    if (got != digest_) throw_corrupt(file_.name(), digest_, got);
    return 0;
  }

 private:
  FileSource file_;
  Sha256 hash_;
  Sha256Digest digest_;
  bool ended_ = false;
};

/// The format file says that this is a store, and of which layout.
bool has_format(const Folder& root) {
  auto file = find_file(root, format_name, O_RDONLY);
  if (!file) return false;
  FileSource source(std::move(*file), root.path + "/" + format_name);
  constexpr std::size_t longest_format = 64;
  Bytes line(longest_format);
  line.resize(read_up_to(source, line));
  if (as_text(line) != format_line)
    throw Error(ErrorKind::usage, "the store has a layout that this version does not know",
                {.file = source.name(),
                 .expected = quote(format_line),
                 .got = quote(as_text(line)),
                 .hint = "use another store, or the version of reproduce that made this one"});
  return true;
}

/// Only an empty folder becomes a store: a slip must not spread objects over somebody's
/// files. What another process makes at this moment begins with a dot or is there with a format.
void make_format(const Folder& root) {
  for (const std::string& name : names_in(root)) {
    if (has_format(root)) return;
    if (!name.starts_with("." + std::string(format_name)))
      throw Error(ErrorKind::usage, "the folder is not empty and no store",
                  {.file = root.path,
                   .expected = "a store, an empty folder or none",
                   .got = "a folder with " + quote(name) + " in it",
                   .hint = "name another folder"});
  }
  const NamedFile file = make_temporary(root, "." + std::string(format_name) + ".");
  const std::string path = root.path + "/" + format_name;
  DescriptorSink(file.fd.get(), path).write(as_bytes(format_line));
  constexpr mode_t format_mode = 0444;
  if (::fchmod(file.fd.get(), format_mode) != 0 || ::fsync(file.fd.get()) != 0 ||
      ::renameat(root.fd.get(), file.name.c_str(), root.fd.get(), format_name) != 0)
    throw_io_error("create", path, errno);
}

Folder open_root(const std::filesystem::path& path, Access access) {
  if (access == Access::write) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) throw_io_error("create", path.string(), error.value());
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 && (access == Access::write || errno != ENOENT))
    throw_io_error("open", path.string(), errno);
  return {UniqueFd(fd), path.string()};
}

}  // namespace

Store::Store(std::filesystem::path folder, Access access) : folder_(std::move(folder)) {
  Folder root = open_root(folder_, access);
  if (root.fd.get() < 0) return;
  if (!has_format(root)) {
    if (access == Access::read)
      throw Error(ErrorKind::usage, "the folder is no store",
                  {.file = root.path, .expected = "a file " + quote(format_name) + " in it"});
    make_format(root);
  }
  root_ = std::move(root.fd);
}

std::filesystem::path Store::path_of(const Sha256Digest& digest) const {
  return folder_ / objects_name / shard_of(digest) / to_hex(digest);
}

UniqueFd Store::open_object(const Sha256Digest& digest) const {
  if (root_.get() < 0) return {};
  const auto objects = find_folder(root_.get(), folder_.string(), objects_name);
  if (!objects) return {};
  const auto shard = find_folder(objects->fd.get(), objects->path, shard_of(digest));
  if (!shard) return {};
  auto file = find_file(*shard, to_hex(digest), O_RDONLY);
  return file ? std::move(*file) : UniqueFd();
}

std::optional<Object> Store::find(const Sha256Digest& digest) const {
  const UniqueFd fd = open_object(digest);
  if (fd.get() < 0) return std::nullopt;
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw_io_error("examine", path_of(digest), errno);
  return Object{digest, static_cast<std::uint64_t>(status.st_size)};
}

std::unique_ptr<Source> Store::open(const Sha256Digest& digest) const {
  UniqueFd fd = open_object(digest);
  if (fd.get() < 0)
    throw Error(ErrorKind::environment, "the store does not have sha256 " + to_hex(digest),
                {.file = folder_.string(), .hint = "run `reproduce fetch` with the same store"});
  return std::make_unique<ObjectSource>(std::move(fd), path_of(digest).string(), digest);
}

State Store::examine(const Sha256Digest& digest) const {
  try {
    UniqueFd fd = open_object(digest);
    if (fd.get() < 0) return State::absent;
    ObjectSource source(std::move(fd), path_of(digest).string(), digest);
    NullSink nothing;
    (void)copy(source, nothing);
    return State::intact;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::untrusted) throw;
    return State::corrupt;
  }
}

Object Store::add(Source& source) const {
  return add_bytes(source, nullptr);
}

Object Store::add_expected(Source& source, const Sha256Digest& digest) const {
  return add_bytes(source, &digest);
}

bool Store::remove(const Sha256Digest& digest) const {
  if (root_.get() < 0) return false;
  const auto objects = find_folder(root_.get(), folder_.string(), objects_name);
  if (!objects) return false;
  const auto shard = find_folder(objects->fd.get(), objects->path, shard_of(digest));
  if (!shard) return false;
  if (::unlinkat(shard->fd.get(), to_hex(digest).c_str(), 0) == 0) return true;
  if (errno == ENOENT) return false;
  throw_io_error("remove", path_of(digest).string(), errno);
}

}  // namespace reproduce::store

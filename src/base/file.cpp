#include "reproduce/base/file.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "direct_writer.hpp"
#include "unnamed_file.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce {
namespace {

std::string hint_for(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "check the path; relative paths start at the current folder, or at the manifest";
    case EACCES:
    case EPERM:
      return "check the permissions of the file and of the folders above it";
    case ENOSPC:
    case EDQUOT:
      return "free some space or write the output to another file system";
    default:
      return {};
  }
}

UniqueFd open_for_reading(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_io_error("open", path, errno);
  return UniqueFd(fd);
}

void write_fully(int fd, ByteView bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error("write", name, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

std::string folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.parent_path();
  return folder.empty() ? "." : folder.string();
}

/// Permissions of a new file, less the caller's umask.
constexpr mode_t new_file_mode = 0666;

/// Names of one path and process that are tried before giving up. Unfinished files of others
/// have them: of processes that run, or that were killed.
constexpr int most_partial_names = 1000;

/// Beside `path`, so that the file can be renamed to it.
std::filesystem::path partial_name(const std::filesystem::path& path, int attempt) {
  return path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()) +
                               "." + std::to_string(attempt) + ".partial");
}

/// Has `take` take the first partial name that is free, and returns it. `take` gives 0, or an errno
/// value; a name that exists (EEXIST) belongs to somebody else: it is neither used nor removed.
template <typename Take>
std::filesystem::path take_partial_name(const std::filesystem::path& path, const Take& take) {
  int trouble = EEXIST;
  for (int attempt = 0; attempt < most_partial_names && trouble == EEXIST; ++attempt) {
    std::filesystem::path name = partial_name(path, attempt);
    trouble = take(name);
    if (trouble == 0) return name;
  }
  if (trouble == EEXIST)
    throw Error(
        ErrorKind::environment, "no name for the unfinished file is free",
        {.file = path.string(),
         .hint = "runs that were killed left files " +
                 quote("." + path.filename().string() + ".*.partial") + " beside it; remove them"});
  throw_io_error("create", path.string(), trouble);
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this == &other) return *this;
  if (fd_ >= 0) ::close(fd_);
  fd_ = other.release();
  return *this;
}

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) ::close(fd_);
}

int UniqueFd::release() noexcept {
  return std::exchange(fd_, -1);
}

void throw_io_error(const std::string& verb, const std::string& file, int error_number) {
  throw Error(
      ErrorKind::environment,
      "cannot " + verb + " " + quote(file) + ": " + std::generic_category().message(error_number),
      {.file = file, .hint = hint_for(error_number)});
}

FileSource::FileSource(const std::filesystem::path& path)
    : FileSource(open_for_reading(path.string()), path.string()) {}

FileSource::FileSource(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) throw_io_error("examine", name_, errno);
  if (S_ISDIR(status.st_mode)) throw_io_error("read", name_, EISDIR);
  if (S_ISREG(status.st_mode)) {
    size_ = static_cast<std::uint64_t>(status.st_size);
    // Advice only: a refusal changes nothing but speed.
    (void)::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }
}

std::size_t FileSource::read(std::span<std::uint8_t> buffer) {
  for (;;) {
    const ssize_t count = ::read(fd_.get(), buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw_io_error("read", name_, errno);
  }
}

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw Error(ErrorKind::environment, "the output is not a regular file",
                {.file = path_.string(), .hint = "name a file, or use `-` for standard output"});
  fd_ = open_unnamed_file(folder_of(path_), new_file_mode);
  if (fd_.get() < 0 && errno != EOPNOTSUPP) throw_io_error("create", path_.string(), errno);
  if (fd_.get() < 0)
    temporary_ = take_partial_name(path_, [this](const std::filesystem::path& name) {
      fd_ = UniqueFd(::open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, new_file_mode));
      return fd_.get() < 0 ? errno : 0;
    });
  writer_ = std::make_unique<DirectWriter>(fd_.get(), reopen_direct(fd_.get()), path_.string());
}

void AtomicFile::flush() {
  writer_->flush();
}

std::vector<int> AtomicFile::descriptors() const {
  std::vector<int> open{fd_.get()};
  if (writer_->direct() >= 0) open.push_back(writer_->direct());
  return open;
}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) (void)::unlink(temporary_.c_str());
}

void AtomicFile::write(ByteView bytes) {
  writer_->append(bytes);
  size_ += bytes.size();
}

void AtomicFile::write_at(std::uint64_t offset, ByteView bytes) {
  writer_->patch(offset, bytes);
}

void AtomicFile::link_into_place() {
  // linkat() never replaces a file, so the name for an instant is ours, then rename() does.
  temporary_ = take_partial_name(path_, [this](const std::filesystem::path& name) {
    return name_file(fd_.get(), name.string());
  });
}

void AtomicFile::publish() {
  flush();
  if (::fsync(fd_.get()) != 0) throw_io_error("write", path_.string(), errno);
  if (temporary_.empty()) link_into_place();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    throw_io_error("create", path_.string(), errno);
  temporary_.clear();
  // The rename itself must survive a power cut too.
  const UniqueFd folder(::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) (void)::fsync(folder.get());
}

void AtomicFile::copy_to(Sink& sink) {
  flush();
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) throw_io_error("read", path_.string(), errno);
  const int duplicate = ::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0);
  if (duplicate < 0) throw_io_error("read", path_.string(), errno);
  FileSource written(UniqueFd(duplicate), path_.string());
  copy(written, sink);
}

void DescriptorSink::write(ByteView bytes) {
  write_fully(fd_, bytes, name_);
}

UniqueFd open_scratch_file(const std::filesystem::path& folder) {
  int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) {
    std::string name = (folder / ".reproduce.scratch.XXXXXX").string();
    fd = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd < 0) throw_io_error("create a scratch file in", folder.string(), errno);
    (void)::unlink(name.c_str());
  }
  return UniqueFd(fd);
}

Bytes read_file(const std::filesystem::path& path, std::uint64_t limit, std::string_view what) {
  FileSource source(path);
  try {
    return read_all(source, limit, what);
  } catch (Error& error) {
    error.set_file_if_unknown(path.string());
    throw;
  }
}

}  // namespace reproduce

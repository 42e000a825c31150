#include "reproduce/base/random_access.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

UniqueFd open_for_reading(const std::string& name) {
  const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw_io_error("open", name, errno);
  return UniqueFd(fd);
}

}  // namespace

RandomAccessFile::RandomAccessFile(const std::filesystem::path& path)
    : RandomAccessFile(open_for_reading(path.string()), path.string()) {}

RandomAccessFile::RandomAccessFile(UniqueFd fd, std::string name)
    : fd_(std::move(fd)), name_(std::move(name)) {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) throw_io_error("examine", name_, errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::environment, "this is not a regular file", {.file = name_});
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::size_t RandomAccessFile::read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
  std::size_t filled = 0;
  while (filled < buffer.size() && offset < size_) {
    const std::span<std::uint8_t> rest = buffer.subspan(filled);
    const ssize_t count = ::pread(fd_.get(), rest.data(), rest.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error("read", name_, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    offset += static_cast<std::uint64_t>(count);
  }
  return filled;
}

std::size_t RandomAccessBytes::read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
  if (offset >= bytes_.size()) return 0;
  const ByteView rest = bytes_.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(buffer.size(), rest.size());
  std::copy_n(rest.begin(), count, buffer.begin());
  return count;
}

std::size_t RangeSource::read(std::span<std::uint8_t> buffer) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
  const std::size_t count = bytes_.read_at(offset_, buffer.first(wanted));
  offset_ += count;
  left_ -= count;
  return count;
}

std::uint64_t RangeSource::skip(std::uint64_t count) noexcept {
  const std::uint64_t there = bytes_.size() > offset_ ? bytes_.size() - offset_ : 0;
  count = std::min({count, left_, there});
  offset_ += count;
  left_ -= count;
  return count;
}

}  // namespace reproduce

#include "direct_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

constexpr std::size_t block_bytes = std::size_t{256} << 10;

void write_fully_at(int fd, std::uint64_t offset, ByteView bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error("write", name, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

std::size_t offset_in_page(ByteView bytes) {
  return reinterpret_cast<std::uintptr_t>(bytes.data()) % page_bytes;
}

}  // namespace

DirectWriter::DirectWriter(int fd, UniqueFd direct, std::string name)
    : fd_(fd), direct_(std::move(direct)), name_(std::move(name)) {}

void DirectWriter::append(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t in_page = static_cast<std::size_t>((written_ + filled_) % page_bytes);
    const bool lies_as_in_file = offset_in_page(bytes) == in_page;
    std::size_t count = bytes.size();
    if (lies_as_in_file && in_page == 0 && count >= page_bytes) {
      count -= count % page_bytes;
      flush();
      write(bytes.first(count));
    } else {
      if (lies_as_in_file) count = std::min(count, page_bytes - in_page);
      count = std::min(count, block_bytes - filled_);
      collect(bytes.first(count));
    }
    bytes = bytes.subspan(count);
  }
}

/// Bytes that there is room for in the block.
void DirectWriter::collect(ByteView bytes) {
  if (!block_) block_.emplace(block_bytes);
  std::copy(bytes.begin(), bytes.end(),
            block_->bytes().begin() + static_cast<std::ptrdiff_t>(filled_));
  filled_ += bytes.size();
  if (filled_ == block_bytes) flush();
}

void DirectWriter::flush() {
  if (filled_ != 0) write(ByteView(block_->bytes()).first(std::exchange(filled_, 0)));
}

void DirectWriter::patch(std::uint64_t offset, ByteView bytes) {
  if (offset < written_) {
    const ByteView gone = bytes.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), written_ - offset)));
    write_fully_at(fd_, offset, gone, name_);
    bytes = bytes.subspan(gone.size());
    offset += gone.size();
  }
  if (bytes.empty()) return;
  const std::uint64_t at = offset - written_;
  if (at > filled_ || bytes.size() > filled_ - at)
    throw Error(ErrorKind::bug, "a patch of what was not written", {.file = name_});
  std::copy(bytes.begin(), bytes.end(), block_->bytes().begin() + static_cast<std::ptrdiff_t>(at));
}

void DirectWriter::write(ByteView bytes) {
  const std::size_t done = write_direct(bytes);
  bytes = bytes.subspan(done);
  written_ += done;
  if (bytes.empty()) return;
  write_fully_at(fd_, written_, bytes, name_);
  // Advice only: a refusal changes nothing but speed.
  (void)::sync_file_range(fd_, static_cast<off_t>(written_), static_cast<off_t>(bytes.size()),
                          SYNC_FILE_RANGE_WRITE);
  written_ += bytes.size();
}

/// Writes what may be written with O_DIRECT and returns how much that was. File systems may
/// refuse it as late as now (open(2)); then it is not tried again.
std::size_t DirectWriter::write_direct(ByteView bytes) {
  std::size_t done = 0;
  const std::size_t whole = bytes.size() - bytes.size() % page_bytes;
  while (direct_.get() >= 0 && done < whole && written_ % page_bytes == 0) {
    const ssize_t count = ::pwrite(direct_.get(), bytes.data() + done, whole - done,
                                   static_cast<off_t>(written_ + done));
    if (count < 0 && errno == EINTR) continue;
    const bool refused = count < 0 && (errno == EINVAL || errno == EOPNOTSUPP);
    if (count < 0 && !refused) throw_io_error("write", name_, errno);
    if (!refused) done += static_cast<std::size_t>(count);
    // What is left starts at an odd place when it was cut short.
    if (done % page_bytes != 0 || refused) direct_ = UniqueFd();
  }
  return done;
}

}  // namespace reproduce

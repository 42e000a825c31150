#include "write_behind.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

/// Large enough to keep a disk busy with one request at a time: `dd oflag=direct` wrote 0.5 to
/// 0.8 GB/s in pieces of 1 MiB and 0.9 to 1.0 GB/s in pieces of 8 MiB where this was chosen.
constexpr FanOut::Ring ring = {.chunk_bytes = std::size_t{4} << 20, .chunks = 3};

void write_fully_at(int fd, std::uint64_t offset, ByteView bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error("write", name, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

}  // namespace

WriteBehind::WriteBehind(int fd, UniqueFd direct, std::string name)
    : fd_(fd),
      direct_(std::move(direct)),
      name_(std::move(name)),
      blocks_({[this](ByteView block, std::uint32_t) { write_block(block); }}, ring) {}

void WriteBehind::append(ByteView bytes) {
  while (!bytes.empty()) {
    if (filled_ == 0) block_ = blocks_.prepare();
    const std::size_t count = std::min(block_.size() - filled_, bytes.size());
    std::copy_n(bytes.begin(), count, block_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += count;
    bytes = bytes.subspan(count);
    if (filled_ == block_.size()) commit();
  }
}

void WriteBehind::commit() {
  const std::size_t size = std::exchange(filled_, 0);
  block_start_ += size;
  blocks_.commit(size, 0);
}

void WriteBehind::patch(std::uint64_t offset, ByteView bytes) {
  if (offset < block_start_) {
    const ByteView handed_over = bytes.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), block_start_ - offset)));
    blocks_.finish();
    write_fully_at(fd_, offset, handed_over, name_);
    bytes = bytes.subspan(handed_over.size());
    offset += handed_over.size();
  }
  if (bytes.empty()) return;
  const std::uint64_t at = offset - block_start_;
  if (at > filled_ || bytes.size() > filled_ - at)
    throw Error(ErrorKind::bug, "a patch of what was not written", {.file = name_});
  std::copy_n(bytes.begin(), bytes.size(), block_.begin() + static_cast<std::ptrdiff_t>(at));
}

void WriteBehind::flush() {
  if (filled_ != 0) commit();
  blocks_.finish();
}

void WriteBehind::write_block(ByteView block) {
  if (const std::size_t done = write_direct(block); done != 0) {
    block = block.subspan(done);
    written_ += done;
  }
  if (block.empty()) return;
  write_fully_at(fd_, written_, block, name_);
  // Advice only: a refusal changes nothing but speed.
  (void)::sync_file_range(fd_, static_cast<off_t>(written_), static_cast<off_t>(block.size()),
                          SYNC_FILE_RANGE_WRITE);
  written_ += block.size();
}

/// Writes what may be written with O_DIRECT and returns how much that was. File systems may
/// refuse it as late as now (open(2)); then it is not tried again.
std::size_t WriteBehind::write_direct(ByteView block) {
  std::size_t done = 0;
  const std::size_t whole = block.size() - block.size() % FanOut::alignment;
  while (direct_.get() >= 0 && done < whole && written_ % FanOut::alignment == 0) {
    const ssize_t count = ::pwrite(direct_.get(), block.data() + done, whole - done,
                                   static_cast<off_t>(written_ + done));
    if (count < 0 && errno == EINTR) continue;
    const bool refused = count < 0 && (errno == EINVAL || errno == EOPNOTSUPP);
    if (count < 0 && !refused) throw_io_error("write", name_, errno);
    if (!refused) done += static_cast<std::size_t>(count);
    // What is left starts at an odd place when it was cut short.
    if (done % FanOut::alignment != 0 || refused) direct_ = UniqueFd();
  }
  return done;
}

}  // namespace reproduce

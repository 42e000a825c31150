#pragma once

/// A file written by a thread of its own, past the page cache where that is possible.

#include <cstdint>
#include <span>
#include <string>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/fan_out.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce {

/// Collects what is appended in blocks; a second thread writes each full block while the next
/// one fills:
///
///     append() -> block 0 | block 1 | block 2 -> pwrite(), O_DIRECT -> disk
///
/// So the bytes are on the disk long before fsync() waits for them, and a large file costs
/// neither a copy into the page cache nor the memory that it takes there. What O_DIRECT does
/// not take (the last bytes, file systems such as tmpfs) is written in the ordinary way, and
/// its write-back begins at once.
///
/// Memory: three blocks of 4 MiB, allocated as they are needed. An error of the second thread
/// comes out of a later call, and of flush() at the latest; what is not flushed when this is
/// destroyed may or may not be in the file.
class WriteBehind {
 public:
  /// Writes to `fd`, a new and empty file that must stay open as long as this. `direct` is the
  /// same file opened anew with O_DIRECT, or nothing where that is refused. `name` is for errors,
  /// which are Error{environment}.
  WriteBehind(int fd, UniqueFd direct, std::string name);
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;
  WriteBehind(WriteBehind&&) = delete;
  WriteBehind& operator=(WriteBehind&&) = delete;
  ~WriteBehind() = default;

  void append(ByteView bytes);

  /// Overwrites what was appended; the range must lie within it.
  void patch(std::uint64_t offset, ByteView bytes);

  /// Returns when all that was appended has been given to the system. The last call.
  void flush();

 private:
  void commit();
  void write_block(ByteView block);
  [[nodiscard]] std::size_t write_direct(ByteView block);

  int fd_;
  UniqueFd direct_;
  std::string name_;
  std::uint64_t written_ = 0;      // by the second thread
  std::uint64_t block_start_ = 0;  // the offset of block_ in the file
  std::span<std::uint8_t> block_;  // the one that fills; belongs to blocks_
  std::size_t filled_ = 0;         // of block_
  FanOut blocks_;                  // last: its thread uses the members above
};

}  // namespace reproduce

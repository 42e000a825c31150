#pragma once

/// A file written front to back, past the page cache where that is possible.

#include <cstdint>
#include <optional>
#include <string>

#include "reproduce/base/aligned_memory.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce {

/// Whole pages that lie in memory as they will in the file (at the same offset modulo
/// page_bytes) go to the disk from where they are; all else is collected in a block first:
///
///     append() -> whole pages -----------> pwrite(), O_DIRECT -> disk
///              -> the rest -> block -----> the same, when it is full
///
/// So the bytes are on the disk long before fsync() waits for them, and a large file costs
/// neither copies nor the memory that it takes in the page cache. What O_DIRECT does not take
/// (the last bytes, file systems such as tmpfs) is written in the ordinary way, and its
/// write-back begins at once.
///
/// Memory: a block of 256 KiB, when it is needed. Errors are Error{environment}; what is not
/// flushed when this is destroyed may or may not be in the file.
class DirectWriter {
 public:
  /// Writes to `fd`, a new and empty file that must stay open as long as this. `direct` is the
  /// same file opened anew with O_DIRECT, or nothing where that is refused. `name` is for errors.
  DirectWriter(int fd, UniqueFd direct, std::string name);

  void append(ByteView bytes);

  /// Overwrites what was appended; the range must lie within it.
  void patch(std::uint64_t offset, ByteView bytes);

  /// Gives all that was appended to the system.
  void flush();

  /// The descriptor past the page cache, or -1 where there is none.
  [[nodiscard]] int direct() const noexcept { return direct_.get(); }

 private:
  void collect(ByteView bytes);
  void write(ByteView bytes);
  [[nodiscard]] std::size_t write_direct(ByteView bytes);

  int fd_;
  UniqueFd direct_;
  std::string name_;
  std::uint64_t written_ = 0;           // bytes given to the system
  std::optional<AlignedMemory> block_;  // what comes behind them
  std::size_t filled_ = 0;              // of block_
};

}  // namespace reproduce

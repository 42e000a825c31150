#pragma once

/// The one seam to the file system. All errors are Error{environment} and name
/// the file and the system's reason.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/stream.hpp"

namespace reproduce {

/// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd();

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept;

 private:
  int fd_ = -1;
};

/// Error{environment} "cannot VERB FILE: REASON" from an errno value, with a
/// hint where the reason has a usual cure.
[[noreturn]] void throw_io_error(const std::string& verb, const std::string& file,
                                 int error_number);

/// Reads a file, or standard input, from front to back.
class FileSource final : public Source {
 public:
  /// Opens `path`. Folders, sockets and the like are refused; pipes and
  /// character devices are read to their end.
  explicit FileSource(const std::filesystem::path& path);

  /// Reads from `fd` under the name `name`.
  FileSource(UniqueFd fd, std::string name);

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

  /// The size at the time of opening; nothing for pipes and devices.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  UniqueFd fd_;
  std::string name_;
  std::optional<std::uint64_t> size_;
};

class DirectWriter;

/// A file that appears whole or not at all: written under a temporary name in
/// the folder of `path`, flushed to the disk, then renamed over it. Where the
/// system can (O_TMPFILE, and a way to name such a file: /proc, or the right to
/// do without), the unfinished file has no name at all, so a killed process
/// leaves nothing; elsewhere it is called `.NAME.PID.N.partial`, an error
/// removes it, and what a killed process leaves is never read, written or
/// removed by a later one. Large pieces go straight to the disk where that is possible, and
/// without a copy where byte k of the file lies at k modulo page_bytes in memory; small ones are
/// collected, so an error such as a full disk may come out of a later call, publish() at the
/// latest. Takes 256 KiB of memory.
///
/// A forked child may do the writing in place of this process: it writes and calls flush(),
/// and the parent, which has written nothing, publishes.
class AtomicFile final : public PatchableSink {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  AtomicFile(AtomicFile&&) = delete;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile() override;

  /// Appends.
  void write(ByteView bytes) override;

  void write_at(std::uint64_t offset, ByteView bytes) override;

  /// How much has been appended.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Returns when all that was written has been given to the system. The last call but
  /// publish() and copy_to().
  void flush();

  /// What a child that writes needs open.
  [[nodiscard]] std::vector<int> descriptors() const;

  /// Makes the file appear under its name. Nothing was published if it throws.
  void publish();

  /// Copies the unfinished file to `sink` instead of giving it a name.
  void copy_to(Sink& sink);

 private:
  void link_into_place();

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty while the file has no name
  UniqueFd fd_;
  std::uint64_t size_ = 0;
  std::unique_ptr<DirectWriter> writer_;
};

/// Writes to a descriptor that is not ours to close, such as standard output.
class DescriptorSink final : public Sink {
 public:
  DescriptorSink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  void write(ByteView bytes) override;

 private:
  int fd_;
  std::string name_;
};

/// A scratch file without a name: nobody else can open it and it is gone when
/// its last descriptor is closed. Made in `folder`.
[[nodiscard]] UniqueFd open_scratch_file(const std::filesystem::path& folder);

/// All of a small file; Error{malformed} when it is larger than `limit`.
[[nodiscard]] Bytes read_file(const std::filesystem::path& path, std::uint64_t limit,
                              std::string_view what);

}  // namespace reproduce

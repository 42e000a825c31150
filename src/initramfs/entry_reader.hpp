#pragma once

/// Entries of a plain stretch, as init/initramfs.c takes them.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "reproduce/base/random_access.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/initramfs/walk.hpp"

namespace reproduce::initramfs {

/// The kernel's words for it, and what they mean.
inline constexpr const char* broken_padding =
    "broken padding: what follows an entry begins at no multiple of four";

/// Reads NULs and entries until something else comes. Memory: one buffer.
class EntryReader final : public Source {
 public:
  /// Where the bytes of a reader lie, and what was before them.
  struct Start {
    std::uint64_t position = 0;  ///< of the first byte, as alignment goes
    bool behind_entry = false;   ///< the last thing that was not NUL was an entry
    /// Where to tell of a border, given the position of a byte; empty: nowhere.
    std::function<std::uint64_t(std::uint64_t)> border{};
    /// The bytes themselves, where contents that nobody reads can be passed over; or null.
    RangeSource* range = nullptr;
  };

  /// `plain` must outlive the reader, which may read ahead.
  EntryReader(Source& plain, Start start);

  enum class Next {
    entry,
    trailer,
    end,      ///< of the bytes
    border,   ///< of a ramdisk, between entries
    foreign,  ///< a byte at position() that starts no entry
    stop      ///< stop() says why
  };

  /// Passes over NULs and what is left of the last entry; then reads the header and name of
  /// what comes.
  [[nodiscard]] Next next();

  /// Content of the entry that next() told of.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

  [[nodiscard]] const cpio::NewcHeader& header() const noexcept { return header_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Why the kernel passes over the entry; empty when it does not.
  [[nodiscard]] const std::string& passed_over() const noexcept { return passed_over_; }
  /// Of the entry's header; of what stopped the reader.
  [[nodiscard]] std::uint64_t start() const noexcept { return start_; }
  /// Of the next byte that was not passed over.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] bool behind_entry() const noexcept { return behind_entry_; }
  [[nodiscard]] const std::string& stop() const noexcept { return stop_; }

 private:
  [[nodiscard]] bool fill();
  [[nodiscard]] bool has(std::size_t count);
  void pass(std::size_t count);
  void skip_zeros(std::uint64_t limit);
  void skip_content();
  [[nodiscard]] bool end_entry();
  [[nodiscard]] Next stopped(std::uint64_t at, std::string why);
  [[nodiscard]] Next read_entry();
  [[nodiscard]] bool read_name();
  void judge_name(ByteView bytes);

  Source& plain_;
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  Start from_;
  std::uint64_t position_;
  std::uint64_t start_ = 0;
  std::uint64_t left_ = 0;     // of the content
  std::uint64_t padding_ = 0;  // behind the content
  std::uint32_t sum_ = 0;
  bool in_entry_ = false;
  bool behind_entry_;
  bool cut_short_ = false;  // while reading the content
  cpio::NewcHeader header_{};
  std::string name_;
  std::string passed_over_;
  std::string stop_;
};

}  // namespace reproduce::initramfs

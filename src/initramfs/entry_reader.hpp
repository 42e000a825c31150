#pragma once

/// Entries of a plain stretch, as init/initramfs.c takes them.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "reproduce/base/stream.hpp"
#include "reproduce/initramfs/walk.hpp"

namespace reproduce::initramfs {

/// Reads NULs and entries until something else comes. Memory: one buffer.
class EntryReader final : public Source {
 public:
  /// `plain` must outlive the reader, which may read ahead. `position` is where the first
  /// byte lies as alignment goes.
  EntryReader(Source& plain, std::uint64_t position);

  enum class Next {
    entry,
    trailer,
    end,      ///< of the bytes
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
  [[nodiscard]] const std::string& stop() const noexcept { return stop_; }

 private:
  [[nodiscard]] bool fill();
  [[nodiscard]] bool has(std::size_t count);
  void pass(std::size_t count);
  void skip_zeros();
  [[nodiscard]] bool end_entry();
  [[nodiscard]] Next stopped(std::uint64_t at, std::string why);
  [[nodiscard]] Next read_entry();
  [[nodiscard]] bool read_name();
  void judge_name(ByteView bytes);

  Source& plain_;
  Bytes buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t position_;
  std::uint64_t start_ = 0;
  std::uint64_t left_ = 0;     // of the content
  std::uint64_t padding_ = 0;  // behind the content
  std::uint32_t sum_ = 0;
  bool in_entry_ = false;
  bool cut_short_ = false;  // while reading the content
  cpio::NewcHeader header_{};
  std::string name_;
  std::string passed_over_;
  std::string stop_;
};

}  // namespace reproduce::initramfs

#pragma once

/// Walks one newc cpio archive, front to back, without believing it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "reproduce/base/stream.hpp"
#include "reproduce/cpio/newc.hpp"

namespace reproduce::cpio {

/// Linux's PATH_MAX: the kernel passes over entries whose name, its NUL
/// included, is longer.
inline constexpr std::uint32_t largest_name_size = 4096;

/// An entry as the archive has it. The framing is sound; whether name, mode and
/// links make sense is the caller's to judge.
struct ArchiveEntry {
  NewcHeader header;
  std::string name;          ///< 1 byte or more, no NUL
  std::uint64_t offset = 0;  ///< of the header, in the archive
};

/// Usage: next() until it gives nothing; read() as much of each entry's content
/// as is wanted, the rest is passed over; finish(). Memory: one buffer of fixed
/// size and one name.
///
/// All functions throw Error{malformed}, with the offset in the archive, when it
/// is cut short, a header is no newc header, a name is empty, too long, without
/// its NUL or goes on after one, padding is not zero, or a checksum (magic
/// 070702) is wrong; and they let errors of the source through.
class Reader {
 public:
  /// `in` must outlive the reader, which may read ahead of what it gives.
  explicit Reader(Source& in);

  /// The next entry; nothing once the trailer is read.
  [[nodiscard]] std::optional<ArchiveEntry> next();

  /// Content of the entry that next() gave; 0 is its end.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer);

  /// Call when next() gave nothing: reads `in` to its end. Only NULs may follow
  /// the trailer; another archive joined to this one is an error, lest its
  /// entries vanish.
  void finish();

 private:
  [[nodiscard]] ByteView take(std::size_t count, std::string_view what);
  void skip_padding(std::uint64_t size, std::string_view what);
  void end_content();
  [[nodiscard]] bool fill();
  [[nodiscard]] std::string take_name(std::uint32_t size, std::uint64_t header_offset);

  Source& in_;
  Bytes buffer_;
  std::size_t begin_ = 0;  // buffer_[begin_..end_) is read and not yet given
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;  // of buffer_[begin_] in the archive
  NewcHeader entry_{};
  std::uint64_t content_left_ = 0;
  std::uint32_t sum_ = 0;
  bool in_entry_ = false;
};

}  // namespace reproduce::cpio

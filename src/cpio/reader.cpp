#include "reproduce/cpio/reader.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "reproduce/base/error.hpp"

namespace reproduce::cpio {
namespace {

/// Holds a whole header or name, and makes few reads of small files' archives.
constexpr std::size_t buffer_size = std::size_t{1} << 16;
static_assert(buffer_size >= largest_name_size);

constexpr const char* truncation_hint =
    "an archive ends with the entry TRAILER!!!; the file looks cut short";

/// Each byte is like the one before: a comparison of memory, since there may be gigabytes.
bool all_zero(ByteView bytes) {
  return bytes.empty() ||
         (bytes.front() == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

}  // namespace

Reader::Reader(Source& in) : in_(in), buffer_(buffer_size) {}

/// Reads more behind what is buffered; false at the end of the source.
bool Reader::fill() {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  const std::size_t count = in_.read(std::span(buffer_).subspan(end_));
  end_ += count;
  return count != 0;
}

/// The next `count` bytes, at most buffer_size; the view lives until the next call.
ByteView Reader::take(std::size_t count, std::string_view what) {
  while (end_ - begin_ < count)
    if (!fill())
      throw Error(ErrorKind::malformed, "the archive ends inside " + std::string(what),
                  {.offset = offset_,
                   .expected = std::to_string(count) + " bytes",
                   .got = std::to_string(end_ - begin_) + " bytes left",
                   .hint = truncation_hint});
  const ByteView taken = ByteView(buffer_).subspan(begin_, count);
  begin_ += count;
  offset_ += count;
  return taken;
}

void Reader::skip_padding(std::uint64_t size, std::string_view what) {
  const std::uint64_t offset = offset_;
  const auto count = static_cast<std::size_t>(padding_after(size, newc_alignment));
  if (!all_zero(take(count, "padding")))
    throw Error(ErrorKind::malformed, "padding is not zero",
                {.offset = offset, .where = "after " + std::string(what)});
}

std::string Reader::take_name(std::uint32_t size, std::uint64_t header_offset) {
  if (size < 2 || size > largest_name_size)
    throw Error(ErrorKind::malformed, "a name's size is out of range",
                {.offset = header_offset,
                 .where = "cpio header",
                 .expected = "2 to " + std::to_string(largest_name_size) + " bytes",
                 .got = std::to_string(size)});
  const ByteView bytes = take(size, "a name");
  // Some writers align contents by adding NULs to names: nothing else may follow the first.
  const auto nul = std::find(bytes.begin(), bytes.end(), 0);
  const auto length = static_cast<std::size_t>(nul - bytes.begin());
  if (length == 0 || length == size || !all_zero(bytes.subspan(length)))
    throw Error(ErrorKind::malformed, "a name is empty, or does not end with its NUL",
                {.offset = header_offset + newc_header_size, .where = "name of a cpio entry"});
  return std::string(as_text(bytes.first(length)));
}

std::optional<ArchiveEntry> Reader::next() {
  if (in_entry_) {
    Bytes passed_over(std::min<std::uint64_t>(content_left_, buffer_size));
    while (read(passed_over) != 0) {
    }
    end_content();
  }
  ArchiveEntry entry;
  entry.offset = offset_;
  entry.header = decode_newc_header(take(newc_header_size, "a header"), entry.offset);
  entry.name = take_name(entry.header.name_size, entry.offset);
  skip_padding(newc_header_size + entry.header.name_size, "a name");
  if (entry.name == trailer_name) {
    if (entry.header.content_size != 0)
      throw Error(ErrorKind::malformed, "the trailer has content", {.offset = entry.offset});
    return std::nullopt;
  }
  entry_ = entry.header;
  content_left_ = entry_.content_size;
  sum_ = 0;
  in_entry_ = true;
  return entry;
}

std::size_t Reader::read(std::span<std::uint8_t> buffer) {
  if (buffer.size() > content_left_) buffer = buffer.first(static_cast<std::size_t>(content_left_));
  if (buffer.empty()) return 0;
  std::size_t count = std::min(buffer.size(), end_ - begin_);
  if (count != 0) {
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), count, buffer.begin());
    begin_ += count;
  } else {
    count = in_.read(buffer);
  }
  if (count == 0)
    throw Error(ErrorKind::malformed, "the archive ends inside a file",
                {.offset = offset_,
                 .expected = std::to_string(content_left_) + " more bytes",
                 .got = "the end",
                 .hint = truncation_hint});
  offset_ += count;
  content_left_ -= count;
  if (entry_.checksummed)
    sum_ =
        std::accumulate(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count), sum_);
  return count;
}

void Reader::end_content() {
  skip_padding(entry_.content_size, "a file");
  const bool holds = entry_.checksummed ? sum_ == entry_.check : entry_.check == 0;
  if (!holds)
    throw Error(ErrorKind::malformed, "the checksum of a file is wrong",
                {.offset = offset_,
                 .where = "end of the file",
                 .expected = std::to_string(entry_.check),
                 .got = std::to_string(sum_)});
  in_entry_ = false;
}

void Reader::finish() {
  do {
    const ByteView rest = ByteView(buffer_).subspan(begin_, end_ - begin_);
    if (!all_zero(rest)) {
      const auto foreign =
          std::find_if(rest.begin(), rest.end(), [](std::uint8_t b) { return b != 0; });
      throw Error(
          ErrorKind::malformed, "more follows the end of the archive",
          {.offset = offset_ + static_cast<std::uint64_t>(foreign - rest.begin()),
           .expected = "nothing but NULs after the trailer",
           .hint = "an initramfs may be several archives joined: give each on its own, or take "
                   "the whole as it is"});
    }
    offset_ += rest.size();
    begin_ = end_;
  } while (fill());
}

}  // namespace reproduce::cpio

#include "contents.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "reproduce/base/bytes.hpp"

namespace reproduce::kernel {
namespace {

constexpr std::string_view banner_start = "Linux version ";
constexpr std::size_t longest_banner = 512;

constexpr std::string_view archive_magic = "070701";
constexpr std::string_view trailer_name = "TRAILER!!!";
constexpr std::size_t header_size = 110;
constexpr std::size_t alignment = 4;
constexpr std::size_t longest_name = 4096;

/// How much of what was read before stays, so that what crosses two pieces is seen.
constexpr std::size_t overlap = header_size + longest_name;

/// A number of eight hexadecimal digits at `offset` of a newc header.
std::optional<std::uint32_t> field(std::string_view header, std::size_t offset) {
  constexpr std::size_t digits = 8;
  constexpr int base = 16;
  std::uint32_t value = 0;
  const char* const begin = header.data() + offset;
  const auto read = std::from_chars(begin, begin + digits, value, base);
  if (read.ec != std::errc() || read.ptr != begin + digits) return std::nullopt;
  return value;
}

/// Takes pieces of a kernel that overlap by `overlap` bytes.
class Searcher {
 public:
  /// `bytes` begin at `offset`. What begins within the last `overlap` bytes is left to the next
  /// piece, unless this is the last.
  void look(std::string_view bytes, std::uint64_t offset, bool is_last) {
    const std::size_t end = is_last ? bytes.size() : bytes.size() - std::min(bytes.size(), overlap);
    if (!has_number(result_.banner)) find_banner(bytes, end);
    find_entries(bytes, offset, end);
  }

  [[nodiscard]] Contents finish() && { return std::move(result_); }

 private:
  /// The kernel has the words as a format too; the banner goes on with a digit. Since 6.1 a
  /// banner without the build's number lies there as well, which nothing shows (init/version.c).
  void find_banner(std::string_view bytes, std::size_t end) {
    for (std::size_t at = bytes.find(banner_start); at < end;
         at = bytes.find(banner_start, at + 1)) {
      std::string_view line = bytes.substr(at, longest_banner);
      line = line.substr(0, line.find_first_of(std::string_view("\n\0", 2)));
      if (!is_digit_at(line, banner_start.size())) continue;
      if (result_.banner.empty() || has_number(line)) result_.banner = line;
      if (has_number(line)) return;
    }
  }

  static bool is_digit_at(std::string_view text, std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
  }

  /// "#1": how often this kernel has been built.
  static bool has_number(std::string_view banner) {
    const std::size_t mark = banner.rfind('#');
    return mark != std::string_view::npos && is_digit_at(banner, mark + 1);
  }

  /// Headers that make sense, one behind the other, are an archive.
  void find_entries(std::string_view bytes, std::uint64_t offset, std::size_t end) {
    std::size_t at = 0;
    if (next_entry_ > offset) {
      if (next_entry_ >= offset + end) return;
      at = static_cast<std::size_t>(next_entry_ - offset);
    }
    for (at = bytes.find(archive_magic, at); at < end; at = bytes.find(archive_magic, at)) {
      const std::uint64_t size = take_entry(bytes.substr(at), offset + at);
      if (size == 0) {
        ++at;
        continue;
      }
      next_entry_ = offset + at + size;
      if (next_entry_ >= offset + end) return;
      at += static_cast<std::size_t>(size);
    }
  }

  /// How long the entry is; 0 when it is none.
  std::uint64_t take_entry(std::string_view bytes, std::uint64_t offset) {
    if (bytes.size() < header_size) return 0;
    for (std::size_t digit = archive_magic.size(); digit < header_size; digit += 8)
      if (!field(bytes, digit)) return 0;
    constexpr std::size_t size_field = 54;
    constexpr std::size_t name_size_field = 94;
    const std::uint32_t name_size = field(bytes, name_size_field).value_or(0);
    if (name_size == 0 || name_size > longest_name || bytes.size() < header_size + name_size ||
        bytes[header_size + name_size - 1] != '\0')
      return 0;
    const bool goes_on = !archive_ended_ && offset == next_entry_ && !result_.initramfs.empty();
    if (!goes_on) {
      if (result_.initramfs.size() == most_listed_initramfs) return 0;
      result_.initramfs.push_back({.offset = offset});
    }
    const bool is_trailer = bytes.substr(header_size, name_size - 1) == trailer_name;
    archive_ended_ = is_trailer;
    if (!is_trailer) ++result_.initramfs.back().entries;
    const auto padded = [](std::uint64_t size) {
      return (size + alignment - 1) / alignment * alignment;
    };
    return padded(header_size + name_size) + padded(field(bytes, size_field).value_or(0));
  }

  Contents result_;
  std::uint64_t next_entry_ = 0;  // where the archive goes on
  bool archive_ended_ = true;
};

}  // namespace

Contents search(Source& plain) {
  Searcher searcher;
  constexpr std::size_t piece = std::size_t{1} << 20;
  Bytes buffer(overlap + piece);
  std::uint64_t offset = 0;  // of the buffer's first byte
  std::size_t kept = 0;
  bool is_whole = true;
  for (;;) {
    const std::size_t count = read_up_to(plain, std::span(buffer).subspan(kept));
    const std::size_t filled = kept + count;
    is_whole = offset + filled <= most_unpacked_bytes;
    const bool is_last = filled < buffer.size() || !is_whole;
    searcher.look(as_text(ByteView(buffer).first(filled)), offset, is_last);
    if (is_last) {
      Contents contents = std::move(searcher).finish();
      contents.size = offset + filled;
      contents.is_whole = is_whole;
      return contents;
    }
    kept = overlap;
    std::copy(buffer.end() - static_cast<std::ptrdiff_t>(kept), buffer.end(), buffer.begin());
    offset += filled - kept;
  }
}

}  // namespace reproduce::kernel

#include "entry_reader.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::initramfs {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 16;

/// PATH_MAX, for names (with their NUL) and for the targets of symbolic links.
constexpr std::uint32_t longest_path = 4096;

constexpr const char* cut_short = "the ramdisk ends inside an entry";

}  // namespace

EntryReader::EntryReader(Source& plain, Start start)
    : plain_(plain),
      buffer_(buffer_size),
      from_(std::move(start)),
      position_(from_.position),
      behind_entry_(from_.behind_entry) {}

bool EntryReader::fill() {
  std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
            buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
  end_ -= begin_;
  begin_ = 0;
  const std::size_t count = plain_.read(std::span(buffer_).subspan(end_));
  end_ += count;
  return count != 0;
}

bool EntryReader::has(std::size_t count) {
  while (end_ - begin_ < count)
    if (!fill()) return false;
  return true;
}

void EntryReader::pass(std::size_t count) {
  begin_ += count;
  position_ += count;
}

void EntryReader::skip_zeros(std::uint64_t limit) {
  while (position_ < limit && has(1)) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(end_ - begin_, limit - position_));
    const ByteView rest = ByteView(buffer_).subspan(begin_, count);
    const auto other =
        std::find_if(rest.begin(), rest.end(), [](std::uint8_t b) { return b != 0; });
    pass(static_cast<std::size_t>(other - rest.begin()));
    if (other != rest.end()) return;
  }
}

EntryReader::Next EntryReader::stopped(std::uint64_t at, std::string why) {
  start_ = at;
  stop_ = std::move(why);
  return Next::stop;
}

EntryReader::Next EntryReader::next() {
  if (in_entry_ && !end_entry()) return Next::stop;
  if (std::exchange(in_entry_, false)) behind_entry_ = true;
  std::uint64_t limit = UINT64_MAX;
  if (from_.border) {
    // The border at the position itself counts, but for where this reader began.
    limit = from_.border(position_ == from_.position ? position_ : position_ - 1);
  }
  skip_zeros(limit);
  if (!has(1)) return Next::end;
  if (position_ == limit) return Next::border;
  if (position_ % cpio::newc_alignment != 0 && (behind_entry_ || buffer_[begin_] == '0'))
    return stopped(position_, broken_padding);
  if (buffer_[begin_] != '0') return Next::foreign;
  return read_entry();
}

EntryReader::Next EntryReader::read_entry() {
  start_ = position_;
  if (!has(cpio::newc_header_size)) return stopped(start_, cut_short);
  try {
    header_ =
        cpio::decode_newc_header(ByteView(buffer_).subspan(begin_, cpio::newc_header_size), start_);
  } catch (const Error& error) {
    return stopped(error.context().offset.value_or(start_), error.what());
  }
  pass(cpio::newc_header_size);
  passed_over_.clear();
  name_.clear();
  if (!read_name()) return stopped(start_, cut_short);
  in_entry_ = true;
  sum_ = 0;
  left_ = header_.content_size;
  padding_ = cpio::padding_after(left_, cpio::newc_alignment);
  const std::uint32_t type = header_.type();
  if (type == cpio::type_symlink && left_ > longest_path)
    passed_over_ = "its target is longer than any path";
  else if (type != cpio::type_regular && type != cpio::type_symlink && left_ != 0)
    passed_over_ = "it has content and is neither a file nor a symbolic link";
  return passed_over_.empty() && name_ == cpio::trailer_name ? Next::trailer : Next::entry;
}

/// False when the bytes end. Names of impossible sizes are passed over with their entry.
bool EntryReader::read_name() {
  std::uint64_t left = header_.name_size;
  std::uint64_t padding = cpio::padding_after(cpio::newc_header_size + left, cpio::newc_alignment);
  if (left == 0 || left > longest_path) {
    passed_over_ = left == 0 ? "it has no name" : "its name is longer than any path";
    for (left += padding; left != 0;) {
      if (!has(1)) return false;
      const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(left, end_ - begin_));
      pass(step);
      left -= step;
    }
    return true;
  }
  if (!has(static_cast<std::size_t>(left))) return false;
  judge_name(ByteView(buffer_).subspan(begin_, static_cast<std::size_t>(left)));
  pass(static_cast<std::size_t>(left));
  if (!has(static_cast<std::size_t>(padding))) padding = end_ - begin_;
  pass(static_cast<std::size_t>(padding));
  return true;
}

void EntryReader::judge_name(ByteView bytes) {
  const auto nul = std::find(bytes.begin(), bytes.end(), 0);
  name_ = as_text(bytes.first(static_cast<std::size_t>(nul - bytes.begin())));
  if (bytes.back() != 0) passed_over_ = "its name does not end with a NUL";
}

std::size_t EntryReader::read(std::span<std::uint8_t> buffer) {
  if (buffer.size() > left_) buffer = buffer.first(static_cast<std::size_t>(left_));
  if (buffer.empty() || cut_short_) return 0;
  std::size_t count = std::min(buffer.size(), end_ - begin_);
  if (count != 0) {
    std::copy_n(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_), count, buffer.begin());
    begin_ += count;
  } else {
    count = plain_.read(buffer);
  }
  cut_short_ = count == 0;
  position_ += count;
  left_ -= count;
  if (header_.checksummed)
    sum_ =
        std::accumulate(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count), sum_);
  return count;
}

/// Passes over content that is not wanted. A checksum needs all of it.
void EntryReader::skip_content() {
  if (from_.range == nullptr || header_.checksummed || left_ <= end_ - begin_) return;
  const std::uint64_t buffered = end_ - begin_;
  begin_ = end_;
  const std::uint64_t count = buffered + from_.range->skip(left_ - buffered);
  position_ += count;
  left_ -= count;
}

/// False when the reader stops within or behind the content.
bool EntryReader::end_entry() {
  skip_content();
  Bytes passed(static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer_size)));
  while (read(passed) != 0) {
  }
  if (left_ != 0) return (void)stopped(position_, cut_short), false;
  if (header_.checksummed && passed_over_.empty() && header_.type() == cpio::type_regular &&
      sum_ != header_.check)
    return (void)stopped(position_, "the checksum of an entry's content is wrong"), false;
  // The kernel does not look at padding. Behind the last entry it may be missing.
  for (; padding_ != 0 && has(1); --padding_) pass(1);
  return true;
}

}  // namespace reproduce::initramfs

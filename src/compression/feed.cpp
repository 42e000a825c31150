#include "feed.hpp"

#include <algorithm>
#include <utility>

#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

void require_padding(ByteView tail) {
  if (std::any_of(tail.begin(), tail.end(), [](std::uint8_t byte) { return byte != 0; }))
    throw Error(ErrorKind::malformed, "more follows the end of the compressed data",
                {.expected = "nothing but NULs"});
}

}  // namespace

Feed::Feed(Source& raw, Extent extent) : raw_(raw), extent_(extent) {
  for (Bytes& block : blocks_) block.resize(chunk_size);
  advance();
}

ByteView Feed::next() {
  if (std::exchange(first_given_, true)) advance();
  taken_ += latest().size();
  return latest();
}

std::size_t Feed::read(std::span<std::uint8_t> buffer) {
  const ByteView rest = latest().subspan(position_);
  if (rest.empty()) return raw_.read(buffer);
  const std::size_t count = std::min(buffer.size(), rest.size());
  std::copy_n(rest.begin(), count, buffer.begin());
  position_ += count;
  return count;
}

void Feed::finish(std::uint64_t unread) {
  used_by_decoder_ = taken_ - unread;
  if (ends_with_first()) return;
  for (const std::size_t block : {current_, 1 - current_}) {
    const std::size_t used = used_[block];
    const auto tail = static_cast<std::size_t>(std::min<std::uint64_t>(unread, used));
    require_padding(ByteView(blocks_[block]).subspan(used - tail, tail));
    unread -= tail;
  }
  for (ByteView rest = next(); !rest.empty(); rest = next()) require_padding(rest);
}

void Feed::advance() {
  current_ = 1 - current_;
  used_[current_] = read_up_to(raw_, blocks_[current_]);
}

}  // namespace reproduce::compression

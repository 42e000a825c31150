#include "reproduce/base/buffered_sink.hpp"

#include <algorithm>

namespace reproduce {

void BufferedSink::write(ByteView bytes) {
  while (!bytes.empty()) {
    const std::span<std::uint8_t> room = free_space();
    const std::size_t count = std::min(room.size(), bytes.size());
    std::copy_n(bytes.begin(), count, room.begin());
    advance(count);
    bytes = bytes.subspan(count);
  }
}

void BufferedSink::advance(std::size_t count) {
  used_ += count;
  position_ += count;
  if (used_ == buffer_.size()) flush();
}

void BufferedSink::flush() {
  if (used_ != 0) out_.write(ByteView(buffer_).first(used_));
  used_ = 0;
}

}  // namespace reproduce

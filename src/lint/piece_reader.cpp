#include "piece_reader.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace reproduce::lint {

bool PieceReader::go_to(std::uint64_t offset) {
  if (!source_ || offset < position_) {
    source_ = content_.open();
    position_ = 0;
  }
  if (offset - position_ > allowance_) return false;
  allowance_ -= offset - position_;
  std::array<std::uint8_t, std::size_t{16} << 10> passed{};
  while (position_ < offset) {
    const auto part = std::span(passed).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(passed.size(), offset - position_)));
    const std::size_t count = source_->read(part);
    if (count == 0) return false;  // it is shorter than it said; whoever packs it will tell
    position_ += count;
  }
  return true;
}

Bytes PieceReader::read(std::uint64_t offset, std::size_t count) {
  const std::uint64_t size = content_.size();
  if (offset >= size) return {};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(count, size - offset));
  if (wanted == 0 || !go_to(offset)) return {};
  Bytes bytes(wanted);
  const std::size_t got = read_up_to(*source_, bytes);
  position_ += got;
  bytes.resize(got);
  return bytes;
}

}  // namespace reproduce::lint

#include "held.hpp"

#include "reproduce/base/error.hpp"

namespace reproduce::content {

Held::Held(Source& source, Allowance& allowance) : allowance_(allowance) {
  // A third for each side, and one for what is found within.
  const std::uint64_t most =
      std::min({allowance.limits.member_bytes, allowance.held / 3, allowance.work});
  taken_ = most;
  allowance_.held -= taken_;
  bytes_.reserve(static_cast<std::size_t>(most));  // memory that nobody writes to is not taken
  Bytes piece(std::size_t{1} << 16);
  try {
    while (!whole_ && bytes_.size() < most) {
      const std::size_t count = source.read(piece);
      const std::size_t room = static_cast<std::size_t>(most) - bytes_.size();
      const auto kept = static_cast<std::ptrdiff_t>(std::min(count, room));
      bytes_.insert(bytes_.end(), piece.begin(), piece.begin() + kept);
      whole_ = count == 0;
    }
    if (!whole_) whole_ = source.read(piece) == 0;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed || bytes_.empty()) {
      allowance_.held += taken_;
      throw;
    }
  }
  allowance_.work -= std::min<std::uint64_t>(allowance_.work, bytes_.size());
}

std::size_t MeteredSource::read(std::span<std::uint8_t> buffer) {
  const std::size_t most =
      static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), allowance_.work));
  const std::size_t count = file_.read_at(position_, buffer.first(most));
  position_ += count;
  allowance_.work -= count;
  return count;
}

}  // namespace reproduce::content

#include "reproduce/initramfs/joined.hpp"

#include <algorithm>
#include <utility>

namespace reproduce::initramfs {

JoinedRamdisks::JoinedRamdisks(const RandomAccess& image, std::vector<Range> ramdisks)
    : image_(image), ramdisks_(std::move(ramdisks)) {
  for (Range& range : ramdisks_) {
    range.offset = std::min(range.offset, image_.size());
    range.size = std::min(range.size, image_.size() - range.offset);
    size_ += range.size;
  }
}

Place JoinedRamdisks::place_of(std::uint64_t offset) const noexcept {
  Place place{.ramdisk = 0, .offset = offset};
  while (place.ramdisk + 1 < ramdisks_.size() && place.offset >= ramdisks_[place.ramdisk].size) {
    place.offset -= ramdisks_[place.ramdisk].size;
    ++place.ramdisk;
  }
  return place;
}

std::uint64_t JoinedRamdisks::end_at(std::uint64_t offset) const noexcept {
  std::uint64_t end = 0;
  for (const Range& range : ramdisks_) {
    end += range.size;
    if (offset < end) break;
  }
  return end;
}

std::size_t JoinedRamdisks::read_at(std::uint64_t offset, std::span<std::uint8_t> buffer) const {
  std::size_t done = 0;
  while (done < buffer.size() && offset < size_) {
    const Place place = place_of(offset);
    const Range& range = ramdisks_[place.ramdisk];
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(buffer.size() - done, range.size - place.offset));
    const std::size_t count =
        image_.read_at(range.offset + place.offset, buffer.subspan(done, wanted));
    if (count == 0) break;
    done += count;
    offset += count;
  }
  return done;
}

}  // namespace reproduce::initramfs

#pragma once

/// The ramdisks of an image as its kernel gets them: joined end to end.

#include <cstdint>
#include <span>
#include <vector>

#include "reproduce/base/random_access.hpp"

namespace reproduce::initramfs {

/// Where a ramdisk lies in the image.
struct Range {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// A place as people look for it.
struct Place {
  std::size_t ramdisk = 0;   ///< counted from 0
  std::uint64_t offset = 0;  ///< in that ramdisk

  bool operator==(const Place&) const = default;
};

/// Nothing lies between the ramdisks, so an archive may begin in one and end in the next.
class JoinedRamdisks final : public RandomAccess {
 public:
  /// `image` must outlive it. The ranges lie within the image; what does not exist reads as
  /// the end.
  JoinedRamdisks(const RandomAccess& image, std::vector<Range> ramdisks);

  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  [[nodiscard]] std::size_t read_at(std::uint64_t offset,
                                    std::span<std::uint8_t> buffer) const override;

  /// The place of a byte; for size(), the end of the last ramdisk.
  [[nodiscard]] Place place_of(std::uint64_t offset) const noexcept;

  /// Where the ramdisk that holds the byte at `offset` ends, in the joined ramdisks.
  [[nodiscard]] std::uint64_t end_at(std::uint64_t offset) const noexcept;

  [[nodiscard]] std::size_t count() const noexcept { return ramdisks_.size(); }

 private:
  const RandomAccess& image_;
  std::vector<Range> ramdisks_;
  std::uint64_t size_ = 0;
};

}  // namespace reproduce::initramfs

#pragma once

/// Memory for large buffers, laid out as the system likes it best.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace reproduce {

/// Input and output without the page cache start and end at multiples of this many bytes, in
/// the file and in memory. Enough for any disk: open(2), "O_DIRECT".
inline constexpr std::size_t page_bytes = 4096;

/// A buffer that starts at a multiple of page_bytes. Not cleared, and not resident before it is
/// written to.
class AlignedMemory {
 public:
  /// std::bad_alloc when there is no room.
  explicit AlignedMemory(std::size_t size);

  [[nodiscard]] std::span<std::uint8_t> bytes() const noexcept { return aligned_; }

 private:
  std::unique_ptr<std::uint8_t[]> memory_;
  std::span<std::uint8_t> aligned_;
};

}  // namespace reproduce

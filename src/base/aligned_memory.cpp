#include "reproduce/base/aligned_memory.hpp"

#include <sys/mman.h>

namespace reproduce {
namespace {

/// A huge page of x86-64 and of AArch64 with pages of 4 KiB.
constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

}  // namespace

AlignedMemory::AlignedMemory(std::size_t size) {
  std::size_t space = size + huge_page_bytes - 1;
  memory_ = std::make_unique_for_overwrite<std::uint8_t[]>(space);
  void* start = memory_.get();
  std::align(huge_page_bytes, size, start, space);  // cannot fail: the space is there
  aligned_ = {static_cast<std::uint8_t*>(start), size};
  // Advice only: a refusal changes nothing but speed. Giving a disk one huge page is less work for
  // the system than giving it 512 small ones.
  const std::size_t whole = size - size % huge_page_bytes;
  if (whole != 0) (void)::madvise(start, whole, MADV_HUGEPAGE);
}

}  // namespace reproduce

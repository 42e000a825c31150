#include "reproduce/inspect/kernel.hpp"

#include <algorithm>

namespace reproduce::inspect {
namespace {

/// A part of a file, which ends where the part does.
class Window final : public RandomAccess {
 public:
  Window(const RandomAccess& file, std::uint64_t offset, std::uint64_t size)
      : file_(file), offset_(offset), size_(size) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

  [[nodiscard]] std::size_t read_at(std::uint64_t offset,
                                    std::span<std::uint8_t> buffer) const override {
    if (offset >= size_) return 0;
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), size_ - offset));
    return file_.read_at(offset_ + offset, buffer.first(count));
  }

 private:
  const RandomAccess& file_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

}  // namespace

std::optional<kernel::BootImage> inspect_kernel(const RandomAccess& file,
                                                const ImageInspection& image) {
  for (const Reading& reading : image.readings)
    for (const SeenSection& section : reading.sections)
      if (section.type == eif::SectionType::kernel)
        return kernel::read_boot_image(Window(file, section.payload_offset(), section.present));
  return std::nullopt;
}

}  // namespace reproduce::inspect

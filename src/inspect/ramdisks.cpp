#include "reproduce/inspect/ramdisks.hpp"

namespace reproduce::inspect {

std::vector<initramfs::Range> ramdisk_ranges(const ImageInspection& image) {
  for (const Reading& reading : image.readings) {
    std::vector<initramfs::Range> ranges;
    for (const SeenSection& section : reading.sections)
      if (section.type == eif::SectionType::ramdisk)
        ranges.push_back({.offset = section.payload_offset(), .size = section.present});
    if (!ranges.empty()) return ranges;
  }
  return {};
}

}  // namespace reproduce::inspect

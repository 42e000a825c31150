#include "reproduce/inspect/ramdisks.hpp"

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/eif/layout.hpp"

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

std::optional<std::vector<initramfs::Range>> stated_ramdisk_ranges(const RandomAccess& file) {
  const auto read = [&file](std::uint64_t offset, std::size_t size) {
    Bytes bytes(size);
    bytes.resize(file.read_at(offset, bytes));
    return bytes;
  };
  try {
    const Bytes front = read(0, eif::header_size);
    ByteReader in(front);
    const eif::Header header = eif::decode_header(in);
    eif::check_header(header);
    if (eif::image_size(header) != file.size()) return std::nullopt;
    std::vector<initramfs::Range> ranges;
    for (std::size_t i = 0; i < header.num_sections; ++i) {
      const std::uint64_t offset = header.section_offsets.at(i);
      const Bytes bytes = read(offset, eif::section_header_size);
      ByteReader section(bytes, offset);
      const eif::RawSectionHeader raw = eif::decode_section_header(section);
      if (raw.payload_size != header.section_sizes.at(i) || !eif::section_type(raw.type))
        return std::nullopt;
      if (eif::section_type(raw.type) == eif::SectionType::ramdisk)
        ranges.push_back({.offset = offset + eif::section_header_size, .size = raw.payload_size});
    }
    return ranges;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return std::nullopt;
  }
}

}  // namespace reproduce::inspect

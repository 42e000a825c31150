#include "support/toy_image.hpp"

#include <zlib.h>

namespace reproduce::test {
namespace {

void append_number(Bytes& out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

std::string toy_metadata() {
  return R"({"ImageName":"toy","ImageVersion":"1.0","BuildMetadata":{"BuildTime":)"
         R"("1970-01-01T00:00:00+00:00","BuildTool":"test","BuildToolVersion":"1",)"
         R"("OperatingSystem":"OS","KernelVersion":"kernel"},"DockerInfo":null,)"
         R"("CustomMetadata":null})";
}

std::vector<ToySection> toy_sections() {
  return {{1, "kernel"}, {2, "cmdline"}, {5, toy_metadata()}, {3, "ramdisk0"}, {3, "ramdisk1"}};
}

Bytes ToyImage::bytes() const {
  constexpr std::size_t slots = 32;
  Bytes out{'.', 'e', 'i', 'f'};
  append_number(out, version, 2);
  append_number(out, flags, 2);
  append_number(out, 0x40000000, 8);
  append_number(out, 2, 8);
  append_number(out, 0, 2);
  append_number(out, sections.size(), 2);
  std::uint64_t offset = 548;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    append_number(out, slot < sections.size() ? offset : 0, 8);
    if (slot < sections.size()) offset += 12 + sections[slot].payload.size();
  }
  for (std::size_t slot = 0; slot < slots; ++slot)
    append_number(out, slot < sections.size() ? sections[slot].payload.size() : 0, 8);
  append_number(out, 0, 8);
  for (const ToySection& section : sections) {
    append_number(out, section.type, 2);
    append_number(out, section.flags, 2);
    append_number(out, section.payload.size(), 8);
    out.insert(out.end(), section.payload.begin(), section.payload.end());
  }
  mend_crc(out);
  return out;
}

void mend_crc(Bytes& image) {
  uLong crc = crc32(0, image.data(), 544);
  crc = crc32(crc, image.data() + 548, static_cast<uInt>(image.size() - 548));
  poke(image, 544, crc, 4);
}

void poke(Bytes& image, std::size_t offset, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    image[offset + i] = static_cast<std::uint8_t>(value >> (8 * (size - 1 - i)));
}

}  // namespace reproduce::test

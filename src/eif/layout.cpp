#include "reproduce/eif/layout.hpp"

#include <algorithm>
#include <string>

#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/checked.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::eif {
namespace {

constexpr std::uint16_t oldest_version = 2;

[[noreturn]] void refuse(const std::string& what, std::uint64_t offset, std::string expected,
                         std::string got, std::string hint = {}) {
  throw Error(ErrorKind::malformed, what,
              {.offset = offset,
               .where = "image header",
               .expected = std::move(expected),
               .got = std::move(got),
               .hint = std::move(hint)});
}

void check_identity(const Header& header) {
  if (header.magic != magic)
    refuse("this is no enclave image", 0, "the magic 2e656966 ('.eif')", to_hex(header.magic));
  if (header.version < oldest_version || header.version > current_version)
    refuse("the image has an unsupported version", version_offset, "2, 3 or 4",
           std::to_string(header.version));
  if ((header.flags & ~arch_flag) != 0)
    refuse("the image has flags whose effect on PCR0 is not published, so it cannot be measured",
           flags_offset, "0 (x86_64) or 1 (aarch64)", std::to_string(header.flags),
           "some builders fold such flags into PCR0 by a formula of their own; ask the publisher");
}

void check_reserved(const Header& header) {
  if (header.reserved != 0)
    refuse("a reserved field is not zero", reserved_offset, "0", std::to_string(header.reserved));
  if (header.unused != 0)
    refuse("a reserved field is not zero", unused_offset, "0", std::to_string(header.unused));
  for (std::size_t slot = header.num_sections; slot < max_sections; ++slot) {
    if (header.section_offsets[slot] != 0)
      refuse("an unused slot of the section table is not zero", section_offsets_offset + 8 * slot,
             "0", std::to_string(header.section_offsets[slot]));
    if (header.section_sizes[slot] != 0)
      refuse("an unused slot of the section table is not zero", section_sizes_offset + 8 * slot,
             "0", std::to_string(header.section_sizes[slot]));
  }
}

void check_table(const Header& header) {
  std::uint64_t expected = header_size;
  for (std::size_t slot = 0; slot < header.num_sections; ++slot) {
    if (header.section_offsets[slot] != expected)
      refuse("section " + std::to_string(slot) + " is not where the one before it ends",
             section_offsets_offset + 8 * slot, std::to_string(expected),
             std::to_string(header.section_offsets[slot]),
             "such an image means different things to different readers; `reproduce inspect` shows "
             "each");
    expected = checked_add(expected, section_header_size, "a section offset");
    expected = checked_add(expected, header.section_sizes[slot], "a section's end");
  }
}

}  // namespace

std::string_view name_of(Arch arch) noexcept {
  return arch == Arch::x86_64 ? "x86_64" : "aarch64";
}

Header start_header(const HeaderChoices& choices) noexcept {
  Header header;
  header.version = choices.version;
  header.flags = choices.arch == Arch::aarch64 ? arch_flag : 0;
  header.default_mem = choices.default_mem;
  header.default_cpus = choices.default_cpus;
  return header;
}

std::optional<Arch> arch_from_name(std::string_view name) noexcept {
  if (name == "x86_64") return Arch::x86_64;
  if (name == "aarch64") return Arch::aarch64;
  return std::nullopt;
}

std::string_view name_of(SectionType type) noexcept {
  switch (type) {
    case SectionType::kernel:
      return "kernel";
    case SectionType::cmdline:
      return "cmdline";
    case SectionType::ramdisk:
      return "ramdisk";
    case SectionType::signature:
      return "signature";
    case SectionType::metadata:
      return "metadata";
  }
  return "unknown";
}

Header decode_header(ByteReader& in) {
  Header header;
  std::ranges::copy(in.take(4, "magic"), header.magic.begin());
  header.version = in.read<std::uint16_t>("version");
  header.flags = in.read<std::uint16_t>("flags");
  header.default_mem = in.read<std::uint64_t>("default_mem");
  header.default_cpus = in.read<std::uint64_t>("default_cpus");
  header.reserved = in.read<std::uint16_t>("reserved field");
  header.num_sections = in.read<std::uint16_t>("num_sections");
  for (std::uint64_t& offset : header.section_offsets)
    offset = in.read<std::uint64_t>("section_offsets");
  for (std::uint64_t& size : header.section_sizes) size = in.read<std::uint64_t>("section_sizes");
  header.unused = in.read<std::uint32_t>("unused field");
  header.crc32 = in.read<std::uint32_t>("crc32");
  return header;
}

Bytes encode_header(const Header& header) {
  ByteWriter out;
  out.write(ByteView(header.magic));
  out.write(header.version);
  out.write(header.flags);
  out.write(header.default_mem);
  out.write(header.default_cpus);
  out.write(header.reserved);
  out.write(header.num_sections);
  for (const std::uint64_t offset : header.section_offsets) out.write(offset);
  for (const std::uint64_t size : header.section_sizes) out.write(size);
  out.write(header.unused);
  out.write(header.crc32);
  return std::move(out).bytes();
}

void check_header(const Header& header) {
  check_identity(header);
  if (header.num_sections < min_sections || header.num_sections > max_sections)
    refuse("the image has an impossible number of sections", num_sections_offset, "2 to 32",
           std::to_string(header.num_sections));
  check_reserved(header);
  check_table(header);
}

Arch arch_of(const Header& header) noexcept {
  return (header.flags & arch_flag) != 0 ? Arch::aarch64 : Arch::x86_64;
}

std::uint64_t image_size(const Header& header) noexcept {
  const std::size_t last = header.num_sections - std::size_t{1};
  return header.section_offsets[last] + section_header_size + header.section_sizes[last];
}

RawSectionHeader decode_section_header(ByteReader& in) {
  RawSectionHeader header;
  header.type = in.read<std::uint16_t>("section type");
  header.flags = in.read<std::uint16_t>("section flags");
  header.payload_size = in.read<std::uint64_t>("section size");
  return header;
}

Bytes encode_section_header(SectionType type, std::uint64_t payload_size) {
  ByteWriter out;
  out.write(static_cast<std::uint16_t>(type));
  out.write(std::uint16_t{0});
  out.write(payload_size);
  return std::move(out).bytes();
}

std::optional<SectionType> section_type(std::uint16_t number) noexcept {
  if (number < 1 || number > 5) return std::nullopt;
  return static_cast<SectionType>(number);
}

}  // namespace reproduce::eif

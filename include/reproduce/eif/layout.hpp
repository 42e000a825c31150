#pragma once

/// The fixed bytes of an Enclave Image File (EIF).
///
///     548 bytes  header            every number big-endian, no padding anywhere
///      12 bytes  section header    \ once a section,
///       n bytes  section payload   / 2 to 32 sections
///
///     header                                section header
///     0x000   4  magic ".eif"               0  2  type
///     0x004   2  version                    2  2  flags, 0
///     0x006   2  flags: bit 0 = aarch64     4  8  payload size
///     0x008   8  default_mem, bytes
///     0x010   8  default_cpus
///     0x018   2  reserved, 0
///     0x01a   2  num_sections
///     0x01c 256  section_offsets[32]: file offset of each section header
///     0x11c 256  section_sizes[32]: payload bytes
///     0x21c   4  unused, 0
///     0x220   4  crc32 of header bytes 0..543 and of all that follows byte 547
///
/// Source: aws-nitro-enclaves-image-format 935dc62, README.md and src/defs/mod.rs.
/// docs/formats/eif.md says which images are refused, and why.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/bytes.hpp"

namespace reproduce::eif {

inline constexpr std::array<std::uint8_t, 4> magic{'.', 'e', 'i', 'f'};
inline constexpr std::size_t header_size = 548;

// File offsets of header fields.
inline constexpr std::size_t version_offset = 0x004;
inline constexpr std::size_t flags_offset = 0x006;
inline constexpr std::size_t default_mem_offset = 0x008;
inline constexpr std::size_t default_cpus_offset = 0x010;
inline constexpr std::size_t reserved_offset = 0x018;
inline constexpr std::size_t num_sections_offset = 0x01a;
inline constexpr std::size_t section_offsets_offset = 0x01c;
inline constexpr std::size_t section_sizes_offset = 0x11c;
inline constexpr std::size_t unused_offset = 0x21c;
inline constexpr std::size_t crc_offset = 0x220;

inline constexpr std::size_t section_header_size = 12;
inline constexpr std::size_t max_sections = 32;
inline constexpr std::size_t min_sections = 2;
inline constexpr std::uint16_t current_version = 4;

/// Signature sections are no larger (SIGNATURE_MAX_SIZE of the specification).
inline constexpr std::uint64_t max_signature_size = 32768;
/// Our own limit: metadata is read into memory. `docker image inspect` output,
/// the largest thing found in it, has a few ten thousand bytes.
inline constexpr std::uint64_t max_metadata_size = 1U << 20;

/// What AWS's writer always says; no hypervisor uses either.
inline constexpr std::uint64_t usual_default_mem = 0x40000000;
inline constexpr std::uint64_t usual_default_cpus = 2;

enum class Arch { x86_64, aarch64 };
inline constexpr std::uint16_t arch_flag = 1;

[[nodiscard]] std::string_view name_of(Arch arch) noexcept;
/// "x86_64" or "aarch64"; nothing for any other text.
[[nodiscard]] std::optional<Arch> arch_from_name(std::string_view name) noexcept;

enum class SectionType : std::uint16_t { kernel = 1, cmdline, ramdisk, signature, metadata };

[[nodiscard]] std::string_view name_of(SectionType type) noexcept;

/// The fields as they stand in the file; decoding them proves nothing.
struct Header {
  std::array<std::uint8_t, 4> magic = eif::magic;
  std::uint16_t version = current_version;
  std::uint16_t flags = 0;
  std::uint64_t default_mem = usual_default_mem;
  std::uint64_t default_cpus = usual_default_cpus;
  std::uint16_t reserved = 0;
  std::uint16_t num_sections = 0;
  std::array<std::uint64_t, max_sections> section_offsets{};
  std::array<std::uint64_t, max_sections> section_sizes{};
  std::uint32_t unused = 0;
  std::uint32_t crc32 = 0;

  bool operator==(const Header&) const = default;
};

/// What a header says that does not follow from the sections.
struct HeaderChoices {
  Arch arch = Arch::x86_64;
  std::uint16_t version = current_version;
  std::uint64_t default_mem = usual_default_mem;
  std::uint64_t default_cpus = usual_default_cpus;

  bool operator==(const HeaderChoices&) const = default;
};

/// A header with these choices and no section yet.
[[nodiscard]] Header start_header(const HeaderChoices& choices) noexcept;

/// 548 bytes to fields. Error{malformed} when there are fewer; no field is judged.
[[nodiscard]] Header decode_header(ByteReader& in);
[[nodiscard]] Bytes encode_header(const Header& header);

/// Throws Error{malformed} unless the header alone is beyond doubt: magic,
/// version 2 to 4, no flag but aarch64, reserved fields and unused slots zero,
/// 2 to 32 sections that follow each other without a gap.
void check_header(const Header& header);

/// The architecture that the flags name. REQUIRES: check_header passed.
[[nodiscard]] Arch arch_of(const Header& header) noexcept;

/// Where the last section ends, which is the size of the file.
/// REQUIRES: check_header passed.
[[nodiscard]] std::uint64_t image_size(const Header& header) noexcept;

/// The fields as they stand in the file.
struct RawSectionHeader {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint64_t payload_size = 0;
};

[[nodiscard]] RawSectionHeader decode_section_header(ByteReader& in);
[[nodiscard]] Bytes encode_section_header(SectionType type, std::uint64_t payload_size);

/// The type, or nothing for 0 and for what no version defines.
[[nodiscard]] std::optional<SectionType> section_type(std::uint16_t number) noexcept;

/// A section of an image whose place and size are beyond doubt.
struct Section {
  SectionType type = SectionType::kernel;
  std::size_t index = 0;            ///< place in the table, from 0
  std::size_t ramdisk_index = 0;    ///< ramdisks only: which of them, from 0
  std::uint64_t header_offset = 0;  ///< file offset of the section header
  std::uint64_t payload_size = 0;

  [[nodiscard]] std::uint64_t payload_offset() const noexcept {
    return header_offset + section_header_size;
  }
};

}  // namespace reproduce::eif

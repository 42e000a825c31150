#pragma once

/// What one reader makes of an image, however malformed.
///
/// The readers in the field find sections in two ways, and for a malformed image
/// these are two images:
///
///     by_table    where section_offsets and section_sizes of the header say, as
///                 QEMU does, which refuses much on the way
///     in_sequence one behind the other up to the end of the file, as AWS's tools
///                 do, which never look at the table
///
/// Sources: QEMU 10.0 hw/core/eif.c; aws-nitro-enclaves-image-format 935dc62
/// src/utils/eif_reader.rs.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/random_access.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/eif/metadata.hpp"
#include "reproduce/eif/signature.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::inspect {

enum class Way { by_table, in_sequence };

/// A section as a reader comes upon it.
struct SeenSection {
  std::size_t index = 0;                   ///< slot of the table, or count from the start
  std::uint64_t header_offset = 0;         ///< of its 12 bytes
  eif::RawSectionHeader header{};          ///< as they stand in the file
  std::optional<eif::SectionType> type{};  ///< nothing: 0 or above 5
  std::size_t ramdisk_index = 0;           ///< ramdisks only, in this reader's order
  std::uint64_t present = 0;  ///< payload bytes that the file has, payload_size at most

  [[nodiscard]] std::uint64_t payload_offset() const noexcept {
    return header_offset + eif::section_header_size;
  }
};

/// The registers that a section's payload is in.
[[nodiscard]] std::vector<std::uint32_t> registers_fed(const SeenSection& section);

/// Something that makes this reader give up, and where.
struct Objection {
  std::uint64_t offset = 0;
  std::string what;  ///< may hold bytes of the file: escape to show
};

/// No image has more sections; what a reader finds beyond is counted only.
inline constexpr std::size_t most_listed_sections = 64;
/// A reader gives up at the first; the others show what else is wrong.
inline constexpr std::size_t most_listed_objections = 8;

struct Reading {
  Way way = Way::by_table;
  std::vector<SeenSection> sections;  ///< in this reader's order, most_listed_sections at most
  std::uint64_t unlisted_sections = 0;
  /// In sequence: the end of the last section that lies in the file, or of the header.
  std::uint64_t end = 0;
  std::vector<Objection> objections;  ///< in the order of reading
  /// Computed over what this reader covers; nothing when it cannot read all of it.
  std::optional<std::uint32_t> crc;
  /// PCR0, PCR1, PCR2, and PCR8 when signed; nothing when there are objections.
  std::optional<measure::Registers> registers;
  std::string cmdline;                             ///< of the first cmdline; shown_cmdline at most
  std::optional<eif::Metadata> metadata;           ///< of the last such section that can be read
  std::optional<eif::SignatureSection> signature;  ///< likewise
  /// Why the signature does not hold; nothing when it does, when there is none or
  /// when no PCR0 can be stated.
  std::optional<std::string> signature_fault;
};

/// More of a cmdline than x86_64 (2048) and aarch64 (2048) kernels keep.
inline constexpr std::size_t shown_cmdline = 4096;

/// What follows this many sections is not followed, lest a file of nothing but
/// section headers takes minutes.
inline constexpr std::size_t most_sections = 100'000;

/// The first shown_cmdline bytes of a payload, any bytes.
[[nodiscard]] std::string read_cmdline(const RandomAccess& image, std::uint64_t offset,
                                       std::uint64_t size);

/// Reads an image that starts with `header` (the 548 bytes, not judged). Memory
/// is bounded by the lists above and by the small sections; time by twice the
/// file's size, since a table whose sections cover more than that is objected to.
[[nodiscard]] Reading read_image(Way way, const RandomAccess& image, const eif::Header& header);

}  // namespace reproduce::inspect

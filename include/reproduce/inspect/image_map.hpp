#pragma once

/// Every byte of an image, and what it is.

#include <cstdint>
#include <string>
#include <vector>

#include "reproduce/inspect/reading.hpp"

namespace reproduce::inspect {

enum class RangeKind {
  header_field,    ///< of the 548 bytes in front
  section_header,  ///< the 12 bytes in front of a payload
  payload,
  unclaimed  ///< no reader makes it part of anything: a gap, a tail, what follows trouble
};

[[nodiscard]] std::string_view name_of(RangeKind kind);

/// What a reader takes a range for.
struct Claim {
  Way way = Way::by_table;
  std::size_t section = 0;               ///< its index in this reader's order
  RangeKind kind = RangeKind::payload;   ///< section_header or payload
  std::string section_name;              ///< "kernel", "ramdisk 1", "section of type 6"
  std::vector<std::uint32_t> registers;  ///< that it feeds; none for a section header

  bool operator==(const Claim&) const = default;
};

struct MapRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  ///< never 0
  RangeKind kind = RangeKind::unclaimed;
  /// "version", "header of section 2 (ramdisk 0)", "gap", "tail" and so on. Where
  /// the readings differ, that of the table and then that of the sequence.
  std::string label;
  /// By the readings that differ, if any; else by both, told once.
  std::vector<Claim> claims;

  /// All registers that any claim feeds, in order.
  [[nodiscard]] std::vector<std::uint32_t> registers() const;
};

/// Ranges that cover the `file_size` bytes exactly, in order, none empty. Without
/// readings (a file too short for a header) it is the header's fields, cut off.
[[nodiscard]] std::vector<MapRange> make_image_map(std::uint64_t file_size,
                                                   const std::vector<Reading>& readings);

}  // namespace reproduce::inspect

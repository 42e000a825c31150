#include "reproduce/inspect/image_map.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace reproduce::inspect {
namespace {

struct HeaderField {
  std::uint64_t offset;
  const char* name;
};

/// In order of offset; each ends where the next begins, the last with the header.
constexpr HeaderField header_fields[] = {
    {0, "magic"},
    {eif::version_offset, "version"},
    {eif::flags_offset, "flags"},
    {eif::default_mem_offset, "default_mem"},
    {eif::default_cpus_offset, "default_cpus"},
    {eif::reserved_offset, "reserved"},
    {eif::num_sections_offset, "num_sections"},
    {eif::section_offsets_offset, "section_offsets"},
    {eif::section_sizes_offset, "section_sizes"},
    {eif::unused_offset, "unused"},
    {eif::crc_offset, "crc32"},
};

/// A claim and the bytes that it is on.
struct Stretch {
  std::uint64_t begin;
  std::uint64_t end;
  Claim claim;
};

std::string section_name(const SeenSection& section) {
  if (!section.type) return "type " + std::to_string(section.header.type);
  std::string name(eif::name_of(*section.type));
  if (section.type != eif::SectionType::ramdisk) return name;
  return name + " " + std::to_string(section.ramdisk_index);
}

std::vector<Stretch> stretches_of(const Reading& reading, std::uint64_t file_size) {
  std::vector<Stretch> stretches;
  const auto add = [&](std::uint64_t begin, std::uint64_t end, Claim claim) {
    // A table may point into the header, which has its own names.
    begin = std::max<std::uint64_t>(begin, eif::header_size);
    end = std::min(end, file_size);
    if (begin < end) stretches.push_back({begin, end, std::move(claim)});
  };
  for (const SeenSection& section : reading.sections) {
    const Claim claim{.way = reading.way,
                      .section = section.index,
                      .kind = RangeKind::section_header,
                      .section_name = section_name(section),
                      .registers = {}};
    add(section.header_offset, section.payload_offset(), claim);
    Claim payload = claim;
    payload.kind = RangeKind::payload;
    payload.registers = registers_fed(section);
    add(section.payload_offset(), section.payload_offset() + section.present, std::move(payload));
  }
  if (reading.unlisted_sections != 0 && !reading.sections.empty()) {
    const SeenSection& last = reading.sections.back();
    const std::uint64_t begin = last.payload_offset() + last.present;
    add(begin, reading.end,
        {.way = reading.way,
         .section = last.index + 1,
         .kind = RangeKind::payload,
         .section_name = std::to_string(reading.unlisted_sections) + " more sections",
         .registers = {0, 1, 2, 8}});
  }
  return stretches;
}

std::string label_of(const Claim& claim) {
  const std::string section =
      "section " + std::to_string(claim.section) + " (" + claim.section_name + ")";
  return claim.kind == RangeKind::section_header ? "header of " + section : section;
}

bool says_the_same(const Claim& a, const Claim& b) {
  return a.section == b.section && a.kind == b.kind && a.section_name == b.section_name &&
         a.registers == b.registers;
}

void append_header(std::uint64_t file_size, std::vector<MapRange>& map) {
  for (auto field = std::begin(header_fields); field != std::end(header_fields); ++field) {
    const auto next = std::next(field);
    const std::uint64_t field_end =
        next == std::end(header_fields) ? eif::header_size : next->offset;
    const std::uint64_t end = std::min(field_end, file_size);
    if (field->offset >= end) return;
    std::string label = field->name;
    if (end < field_end) label += ", cut off";
    map.push_back({.offset = field->offset,
                   .size = end - field->offset,
                   .kind = RangeKind::header_field,
                   .label = std::move(label),
                   .claims = {}});
  }
}

/// Ranges with the same claims, one behind the other, are one.
void append(MapRange range, std::vector<MapRange>& map) {
  if (!map.empty() && map.back().kind != RangeKind::header_field &&
      map.back().claims == range.claims) {
    map.back().size += range.size;
    return;
  }
  map.push_back(std::move(range));
}

MapRange describe(std::uint64_t begin, std::uint64_t end, std::vector<Claim> claims,
                  std::size_t readings) {
  MapRange range{.offset = begin, .size = end - begin, .label = {}, .claims = std::move(claims)};
  if (range.claims.empty()) return range;
  range.kind = range.claims.front().kind;
  // One claim for each reading, and all of them the same, is one fact.
  const bool agreed = range.claims.size() == readings &&
                      std::all_of(range.claims.begin(), range.claims.end(), [&](const Claim& c) {
                        return says_the_same(c, range.claims.front());
                      });
  if (agreed) {
    range.claims.resize(1);
    range.label = label_of(range.claims.front());
    return range;
  }
  for (const Claim& claim : range.claims) {
    if (!range.label.empty()) range.label += "; ";
    range.label +=
        label_of(claim) + (claim.way == Way::by_table ? " by the table" : " in sequence");
  }
  return range;
}

void name_the_unclaimed(std::vector<MapRange>& map) {
  for (MapRange& range : map)
    if (range.kind == RangeKind::unclaimed) range.label = &range == &map.back() ? "tail" : "gap";
}

}  // namespace

std::string_view name_of(RangeKind kind) {
  switch (kind) {
    case RangeKind::header_field:
      return "header";
    case RangeKind::section_header:
      return "section-header";
    case RangeKind::payload:
      return "payload";
    case RangeKind::unclaimed:
      return "unclaimed";
  }
  return "unclaimed";
}

std::vector<std::uint32_t> MapRange::registers() const {
  std::set<std::uint32_t> fed;
  for (const Claim& claim : claims) fed.insert(claim.registers.begin(), claim.registers.end());
  return {fed.begin(), fed.end()};
}

std::vector<MapRange> make_image_map(std::uint64_t file_size,
                                     const std::vector<Reading>& readings) {
  std::vector<MapRange> map;
  append_header(file_size, map);
  if (file_size <= eif::header_size) return map;

  std::vector<Stretch> stretches;
  std::set<std::uint64_t> borders{eif::header_size, file_size};
  for (const Reading& reading : readings)
    for (Stretch& stretch : stretches_of(reading, file_size)) {
      borders.insert({stretch.begin, stretch.end});
      stretches.push_back(std::move(stretch));
    }
  for (auto border = borders.begin(); std::next(border) != borders.end(); ++border) {
    std::vector<Claim> claims;
    for (const Stretch& stretch : stretches)
      if (stretch.begin <= *border && *border < stretch.end) claims.push_back(stretch.claim);
    append(describe(*border, *std::next(border), std::move(claims), readings.size()), map);
  }
  name_the_unclaimed(map);
  return map;
}

}  // namespace reproduce::inspect

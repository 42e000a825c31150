#include "reproduce/inspect/image_map.hpp"

#include <string>
#include <vector>

#include "support/toy_image.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/byte_reader.hpp"

namespace reproduce::inspect {
namespace {

using test::ToyImage;

std::vector<MapRange> map_of(const Bytes& image) {
  ByteReader in(image);
  const eif::Header header = eif::decode_header(in);
  const RandomAccessBytes bytes(image);
  std::vector<Reading> readings;
  for (const Way way : {Way::by_table, Way::in_sequence})
    readings.push_back(read_image(way, bytes, header));
  return make_image_map(image.size(), readings);
}

void expect_exact_cover(const std::vector<MapRange>& map, std::uint64_t size) {
  std::uint64_t at = 0;
  for (const MapRange& range : map) {
    EXPECT_EQ(range.offset, at) << range.label;
    EXPECT_NE(range.size, 0U);
    EXPECT_FALSE(range.label.empty());
    at += range.size;
  }
  EXPECT_EQ(at, size);
}

/// "OFFSET LABEL" behind the header.
std::vector<std::string> body_of(const std::vector<MapRange>& map) {
  std::vector<std::string> lines;
  for (const MapRange& range : map)
    if (range.kind != RangeKind::header_field)
      lines.push_back(std::to_string(range.offset) + " " + range.label);
  return lines;
}

/// Three sections of four bytes: 548, 564, 580, and 596 the end.
Bytes small_image() {
  return ToyImage{.sections = {{.type = 1, .payload = "kern"},
                               {.type = 2, .payload = "line"},
                               {.type = 3, .payload = "disk"}}}
      .bytes();
}

TEST(ImageMap, NamesEveryFieldOfTheHeader) {
  const std::vector<MapRange> map = map_of(small_image());
  const std::vector<std::string> names{
      "magic",        "version",         "flags",         "default_mem", "default_cpus", "reserved",
      "num_sections", "section_offsets", "section_sizes", "unused",      "crc32"};
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(map[i].label, names[i]);
  EXPECT_EQ(map[10].offset + map[10].size, eif::header_size);
}

TEST(ImageMap, TellsOnceWhatBothReadingsSay) {
  const std::vector<MapRange> map = map_of(small_image());
  expect_exact_cover(map, 596);
  EXPECT_EQ(body_of(map), (std::vector<std::string>{
                              "548 header of section 0 (kernel)", "560 section 0 (kernel)",
                              "564 header of section 1 (cmdline)", "576 section 1 (cmdline)",
                              "580 header of section 2 (ramdisk 0)", "592 section 2 (ramdisk 0)"}));
  EXPECT_EQ(map.back().registers(), (std::vector<std::uint32_t>{0, 1}));
}

TEST(ImageMap, NamesATailAndAGap) {
  Bytes image = small_image();
  image.resize(600);
  expect_exact_cover(map_of(image), 600);
  EXPECT_EQ(body_of(map_of(image)).back(), "596 tail");

  Bytes gap = small_image();
  gap.insert(gap.begin() + 580, 8, 0);
  test::poke(gap, eif::section_offsets_offset + 16, 588, 8);
  expect_exact_cover(map_of(gap), 604);
  // The sequence runs into the gap and stops there.
  const std::vector<std::string> lines = body_of(map_of(gap));
  EXPECT_EQ(lines[4], "580 header of section 2 (type 0) in sequence");
  EXPECT_EQ(lines.back(), "600 section 2 (ramdisk 0) by the table; section 2 (type 0) in sequence");
}

TEST(ImageMap, ShowsWhereTheReadingsDiffer) {
  Bytes image = small_image();
  // The table swaps cmdline and ramdisk.
  test::poke(image, eif::section_offsets_offset + 8, 580, 8);
  test::poke(image, eif::section_offsets_offset + 16, 564, 8);
  const std::vector<MapRange> map = map_of(image);
  expect_exact_cover(map, 596);
  EXPECT_EQ(body_of(map)[3],
            "576 section 2 (cmdline) by the table; section 1 (cmdline) in sequence");
}

TEST(ImageMap, CoversFilesOfEverySizeBelowAHeader) {
  for (std::uint64_t size = 0; size <= eif::header_size; ++size)
    expect_exact_cover(make_image_map(size, {}), size);
  EXPECT_EQ(make_image_map(5, {}).back().label, "version, cut off");
}

}  // namespace
}  // namespace reproduce::inspect

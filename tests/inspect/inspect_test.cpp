#include "reproduce/inspect/inspect.hpp"

#include <random>
#include <string>

#include "support/toy_image.hpp"
#include "support/vectors.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/base/text.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::inspect {
namespace {

using test::ToyImage;

/// What holds for every file whatsoever.
ImageInspection inspect_any(const Bytes& image) {
  ImageInspection found = inspect_image(RandomAccessBytes(image));
  std::uint64_t at = 0;
  for (const MapRange& range : found.map) {
    EXPECT_EQ(range.offset, at);
    EXPECT_NE(range.size, 0U);
    at += range.size;
  }
  EXPECT_EQ(at, image.size());
  EXPECT_EQ(found.header.has_value(), image.size() >= eif::header_size);
  if (found.is_well_formed()) {
    EXPECT_EQ(found.readings.size(), 1U);
    EXPECT_TRUE(found.readings.at(0).registers);
  } else {
    EXPECT_EQ(found.readings.size(), found.header ? 2U : 0U);
    EXPECT_EQ(found.fault->kind(), ErrorKind::malformed);
    EXPECT_STRNE(found.fault->what(), "");
  }
  return found;
}

FileKind kind_of(std::string_view bytes) {
  return detect_kind(RandomAccessBytes(as_bytes(bytes)));
}

TEST(Inspect, ShowsAWellFormedImageAsMeasureSeesIt) {
  const Bytes image = ToyImage().bytes();
  const ImageInspection found = inspect_any(image);
  ASSERT_TRUE(found.is_well_formed());
  MemorySource source(image);
  const measure::ImageMeasurements measured = measure::measure_image(source);
  const Reading& reading = found.readings[0];
  EXPECT_EQ(reading.registers, measured.registers);
  EXPECT_EQ(reading.metadata, measured.metadata);
  EXPECT_EQ(reading.crc, measured.header.crc32);
  EXPECT_EQ(reading.cmdline, ToyImage().sections.at(1).payload);
  EXPECT_EQ(reading.sections.size(), measured.sections.size());
}

TEST(Inspect, AgreesWithTheOwnReadingsOfAWellFormedImage) {
  const Bytes image = ToyImage().bytes();
  const ImageInspection found = inspect_any(image);
  for (const Way way : {Way::by_table, Way::in_sequence}) {
    const Reading reading = read_image(way, RandomAccessBytes(image), *found.header);
    EXPECT_EQ(reading.registers, found.readings[0].registers);
    EXPECT_EQ(reading.crc, found.readings[0].crc);
    EXPECT_EQ(reading.cmdline, found.readings[0].cmdline);
    EXPECT_EQ(make_image_map(image.size(), {reading}).size(), found.map.size());
  }
}

TEST(Inspect, AnswersEveryTruncation) {
  const Bytes image = ToyImage().bytes();
  for (std::size_t size = 0; size < image.size(); ++size) {
    SCOPED_TRACE(size);
    EXPECT_FALSE(
        inspect_any(Bytes(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size)))
            .is_well_formed());
  }
}

TEST(Inspect, AnswersEveryFlippedBitOfTheHeaderAndTheSectionHeaders) {
  const Bytes image = ToyImage().bytes();
  const ImageInspection whole = inspect_any(image);
  for (const MapRange& range : whole.map) {
    if (range.kind == RangeKind::payload) continue;
    for (std::uint64_t bit = range.offset * 8; bit < (range.offset + range.size) * 8; ++bit) {
      SCOPED_TRACE(bit);
      Bytes flipped = image;
      flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << bit % 8));
      EXPECT_FALSE(inspect_any(flipped).is_well_formed());
    }
  }
}

TEST(Inspect, AnswersRandomCorruption) {
  std::mt19937 random(20240229);  // NOLINT(cert-msc32-c,cert-msc51-cpp): always the same
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    Bytes image = ToyImage().bytes();
    for (std::size_t changes = 1 + below(6); changes != 0; --changes) {
      // Numbers that matter: small, of the file's size, near powers of two, any.
      const std::uint64_t values[] = {below(40), image.size() - below(20),
                                      (std::uint64_t{1} << below(64)) - below(2), random()};
      const std::size_t size = std::size_t{1} << below(4);
      test::poke(image, below(image.size() - 8), values[below(4)], size);
    }
    if (below(2) == 0) test::mend_crc(image);
    if (below(4) == 0) image.resize(image.size() + below(64));
    (void)inspect_any(image);
  }
}

TEST(Inspect, AnswersEveryHostileImage) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors";
  const auto index = nlohmann::json::parse(test::read_vector("eif-hostile/index.json"));
  for (const auto& record : index) {
    const std::string file = record["file"];
    SCOPED_TRACE(file);
    const Bytes image = test::read_vector("eif-hostile/" + file);
    EXPECT_EQ(detect_kind(RandomAccessBytes(image)), FileKind::image);
    const ImageInspection found = inspect_any(image);
    MemorySource source(image);
    try {
      const measure::ImageMeasurements measured = measure::measure_image(source);
      EXPECT_TRUE(found.is_well_formed());
      EXPECT_EQ(found.readings[0].registers, measured.registers);
    } catch (const Error& error) {
      ASSERT_FALSE(found.is_well_formed());
      EXPECT_STREQ(found.fault->what(), error.what());
    }
  }
}

TEST(Inspect, TellsImagesFromDocuments) {
  EXPECT_EQ(kind_of(".eif"), FileKind::image);
  EXPECT_EQ(kind_of("."), FileKind::image);
  EXPECT_EQ(kind_of("\x84\x44"), FileKind::document);
  EXPECT_EQ(kind_of("\xd2\x84\x44"), FileKind::document);
  EXPECT_EQ(kind_of("8444"), FileKind::document);
  EXPECT_EQ(kind_of("hEQ="), FileKind::document);
  for (const char* text : {"{\"document\":\"hEQ=\"}", "[\"hEQ=\"]",
                           "HTTP/2 200 \r\n\r\nhEQ=", "-----BEGIN A-----\nhEQ=\n-----END A-----\n"})
    EXPECT_EQ(kind_of(text), FileKind::document) << text;
  for (const char* text : {"", "hello", "\177ELF", "# a script", "\x01\x02"})
    EXPECT_THROW((void)kind_of(text), Error) << text;
}

TEST(Inspect, KnowsAnImageByItsHeaderWhenTheMagicIsDamaged) {
  Bytes image = ToyImage().bytes();
  image[1] = 'x';
  EXPECT_EQ(detect_kind(RandomAccessBytes(image)), FileKind::image);
  // Also where it looks like the beginning of JSON.
  for (const char first : {'{', '[', '"'}) {
    Bytes other = image;
    other[0] = static_cast<std::uint8_t>(first);
    EXPECT_EQ(detect_kind(RandomAccessBytes(other)), FileKind::image) << first;
  }
  EXPECT_STREQ(inspect_any(image).fault->what(), "this is no enclave image");
}

TEST(Inspect, TellsGenuineDocumentsInEveryEncoding) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors";
  const Bytes document = test::read_vector("attestation/hf_nitrite-1.cbor");
  EXPECT_EQ(detect_kind(RandomAccessBytes(document)), FileKind::document);
}

}  // namespace
}  // namespace reproduce::inspect

#include "reproduce/inspect/reading.hpp"

#include <string>
#include <vector>

#include "support/toy_image.hpp"
#include "support/vectors.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::inspect {
namespace {

using test::ToyImage;

Reading read(Way way, const Bytes& image) {
  ByteReader in(image);
  const eif::Header header = eif::decode_header(in);
  return read_image(way, RandomAccessBytes(image), header);
}

/// "PCR0=f6ff84ef", or "no" and why.
std::string outcome(const Reading& reading) {
  if (reading.registers) return "PCR0=" + to_hex(reading.registers->at(0)).substr(0, 8);
  return "no: " + (reading.objections.empty() ? "" : reading.objections.front().what);
}

/// What a reader of the field did, as the index of the vectors has it.
std::string outcome(const std::string& observed) {
  return observed.starts_with("OK") ? observed.substr(observed.find("PCR0=")) : "no";
}

// AWS's own reader and QEMU were run on these files; what they answered lies beside them.
TEST(Reading, AnswersAsTheReadersInTheFieldDo) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors";
  const auto index = nlohmann::json::parse(test::read_vector("eif-hostile/index.json"));
  for (const auto& record : index) {
    const std::string file = record["file"];
    SCOPED_TRACE(file);
    const Bytes image = test::read_vector("eif-hostile/" + file);
    const Reading aws = read(Way::in_sequence, image);
    const std::string aws_did = record["aws_reader"];
    EXPECT_EQ(outcome(aws).substr(0, outcome(aws_did).size()), outcome(aws_did)) << outcome(aws);
    if (aws.registers) {
      ByteReader in(image);
      const auto did = [&](const char* word) { return aws_did.find(word) != std::string::npos; };
      EXPECT_EQ(aws.crc == eif::decode_header(in).crc32, did("crc=True"));
      EXPECT_EQ(aws.signature_fault.has_value(), did("sig=False"));
    }

    // QEMU's CBOR decoder passes over bytes behind the signature; ours calls them malformed.
    if (file == "m56_sig_trailing_byte.eif") continue;
    const Reading qemu = read(Way::by_table, image);
    const std::string qemu_did = record["qemu_reader"];
    EXPECT_EQ(outcome(qemu).substr(0, outcome(qemu_did).size()), outcome(qemu_did))
        << outcome(qemu);
  }
}

TEST(Reading, BothWaysAgreeOnAWellFormedImage) {
  const Bytes image = ToyImage().bytes();
  const Reading table = read(Way::by_table, image);
  const Reading sequence = read(Way::in_sequence, image);
  EXPECT_TRUE(table.objections.empty());
  ASSERT_TRUE(table.registers);
  EXPECT_EQ(table.registers, sequence.registers);
  EXPECT_EQ(table.crc, sequence.crc);
  EXPECT_EQ(table.sections.size(), 5U);
  EXPECT_EQ(sequence.sections.size(), 5U);
  EXPECT_EQ(sequence.end, image.size());
  EXPECT_TRUE(table.metadata);
}

TEST(Reading, NamesTheRegistersOfEachSection) {
  const Reading reading = read(Way::by_table, ToyImage().bytes());
  using Fed = std::vector<std::uint32_t>;
  EXPECT_EQ(registers_fed(reading.sections[0]), (Fed{0, 1}));  // kernel
  EXPECT_EQ(registers_fed(reading.sections[1]), (Fed{0, 1}));  // cmdline
  EXPECT_EQ(registers_fed(reading.sections[2]), (Fed{}));      // metadata
  EXPECT_EQ(registers_fed(reading.sections[3]), (Fed{0, 1}));  // ramdisk 0
  EXPECT_EQ(registers_fed(reading.sections[4]), (Fed{0, 2}));  // ramdisk 1
}

TEST(Reading, BoundsTheListOfSections) {
  Bytes image = ToyImage().bytes();
  const Bytes ramdisk{0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'x'};
  for (int i = 0; i < 200; ++i) image.insert(image.end(), ramdisk.begin(), ramdisk.end());
  const Reading reading = read(Way::in_sequence, image);
  EXPECT_EQ(reading.sections.size(), most_listed_sections);
  EXPECT_EQ(reading.unlisted_sections, 205 - most_listed_sections);
  EXPECT_TRUE(reading.registers);
  EXPECT_EQ(reading.end, image.size());
}

TEST(Reading, ObjectsToATableThatCoversTheFileManyTimes) {
  Bytes image = ToyImage().bytes();
  image.resize(100000);
  test::poke(image, eif::num_sections_offset, 32, 2);
  for (std::size_t slot = 0; slot < 32; ++slot) {
    test::poke(image, eif::section_offsets_offset + 8 * slot, 548, 8);
    test::poke(image, eif::section_sizes_offset + 8 * slot, 90000, 8);
  }
  test::poke(image, 548, 3, 2);
  test::poke(image, 552, 90000, 8);
  const Reading reading = read(Way::by_table, image);
  EXPECT_FALSE(reading.registers);
  ASSERT_FALSE(reading.objections.empty());
  EXPECT_EQ(reading.objections.front().what, "the table covers the file more than twice");
  EXPECT_EQ(reading.sections.size(), 32U);
}

TEST(Reading, ListsAFewObjectionsAndNoMore) {
  Bytes image(eif::header_size);
  test::poke(image, eif::num_sections_offset, 32, 2);
  for (std::size_t slot = 0; slot < 32; ++slot)
    test::poke(image, eif::section_offsets_offset + 8 * slot, ~std::uint64_t{0}, 8);
  const Reading reading = read(Way::by_table, image);
  EXPECT_EQ(reading.objections.size(), most_listed_objections);
  EXPECT_EQ(reading.objections.front().what, "the magic is not '.eif'");
}

}  // namespace
}  // namespace reproduce::inspect

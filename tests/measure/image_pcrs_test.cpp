#include "reproduce/measure/image_pcrs.hpp"

#include <string>

#include "support/toy_image.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::measure {
namespace {

using test::ToyImage;

ImageMeasurements measure(const ToyImage& image, const MeasureOptions& options = {}) {
  const Bytes bytes = image.bytes();
  MemorySource source(bytes);
  return measure_image(source, options);
}

std::string pcr(const ImageMeasurements& measured, std::uint32_t index) {
  return to_hex(measured.registers.at(index));
}

// Expected values from Python's hashlib, so that no code of ours is on both sides.
TEST(MeasureImage, AgreesWithHashlib) {
  const ImageMeasurements measured = measure({});
  EXPECT_EQ(pcr(measured, 0),
            "9476662f525a28aa994c65883117bdacb3a0911961b455e0"
            "db6c85ff33269432fff9368094f6a413095e29bada04472e");
  EXPECT_EQ(pcr(measured, 1),
            "bb597e78cae555537aea0843f40c48b9a510188880a82351"
            "eac8c7930825ac391554907e4354f431f36fbc82416d18b4");
  EXPECT_EQ(pcr(measured, 2),
            "361b4f176971a5893fc98afbed75853fdc33c130370ca7cf"
            "9fa27578446d3708611d899a2703095c7335733c0d099d46");
  EXPECT_FALSE(measured.registers.contains(8));
}

// The PCR2 that every published single-ramdisk Nitro image shows.
TEST(MeasureImage, SingleRamdiskHasTheExtendOfNothingInPcr2AndEqualPcr0AndPcr1) {
  const ImageMeasurements measured =
      measure({.sections = {{1, "k"}, {2, "c"}, {5, test::toy_metadata()}, {3, "r"}}});
  EXPECT_EQ(pcr(measured, 0), pcr(measured, 1));
  EXPECT_EQ(pcr(measured, 2),
            "21b9efbc184807662e966d34f390821309eeac6802309798"
            "826296bf3e8bec7c10edb30948c90ba67310f7b964fc500a");
}

TEST(MeasureImage, MetadataAndItsPlaceMoveNoRegister) {
  const std::string m = test::toy_metadata();
  const auto first = measure({.sections = {{1, "k"}, {2, "c"}, {5, m}, {3, "r"}, {3, "s"}}});
  const auto last = measure({.sections = {{1, "k"}, {2, "c"}, {3, "r"}, {3, "s"}, {5, m}}});
  EXPECT_EQ(first.registers, last.registers);
}

// A cmdline behind the ramdisks is measured there, in file order, into PCR0 and PCR1.
TEST(MeasureImage, LateCmdlineIsMeasuredInFileOrder) {
  const std::string m = test::toy_metadata();
  const auto late = measure({.sections = {{1, "k"}, {3, "r"}, {3, "s"}, {2, "c"}, {5, m}}});
  const auto as_if = measure({.sections = {{1, "k"}, {2, "rsc"}, {5, m}}});
  EXPECT_EQ(pcr(late, 0), pcr(as_if, 0));
  const auto bootstrap = measure({.sections = {{1, "k"}, {2, "rc"}, {5, m}}});
  EXPECT_EQ(pcr(late, 1), pcr(bootstrap, 1));
}

TEST(MeasureImage, EmptyFirstRamdiskStillMakesTheSecondALaterOne) {
  const std::string m = test::toy_metadata();
  const auto measured = measure({.sections = {{1, "k"}, {2, "c"}, {5, m}, {3, ""}, {3, "r"}}});
  const auto bootstrap = measure({.sections = {{1, "k"}, {2, "c"}, {5, m}}});
  EXPECT_EQ(pcr(measured, 1), pcr(bootstrap, 0));
}

TEST(MeasureImage, PayloadsLargerThanTheRingAreMeasuredWhole) {
  const std::string m = test::toy_metadata();
  const std::string big(9U << 20, 'x');
  const auto split =
      measure({.sections = {{1, big}, {2, "c"}, {5, m}, {3, big + "y"}, {3, big + "z"}}});
  const auto joined = measure({.sections = {{1, big + "c" + big}, {2, "y" + big + "z"}, {5, m}}});
  EXPECT_EQ(pcr(split, 0), pcr(joined, 0));
}

TEST(MeasureImage, GivesTheFilesSha256OnlyWhenAsked) {
  const Bytes bytes = ToyImage().bytes();
  EXPECT_FALSE(measure({}).file_sha256);
  EXPECT_EQ(measure({}, {.file_digest = true}).file_sha256, sha256(bytes));
}

TEST(MeasureImage, SaysWhatElseItSaw) {
  const ImageMeasurements measured = measure({.flags = 1});
  EXPECT_EQ(measured.sections.size(), 5U);
  EXPECT_EQ(measured.file_size, ToyImage().bytes().size());
  ASSERT_TRUE(measured.metadata);
  EXPECT_EQ(measured.metadata->image_name, "toy");
  EXPECT_EQ(eif::arch_of(measured.header), eif::Arch::aarch64);
}

TEST(MeasureImage, NamesThePlaceOfBrokenMetadata) {
  try {
    (void)measure({.sections = {{1, "k"}, {2, "c"}, {5, "nonsense"}}});
    FAIL() << "accepted metadata that is no JSON";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_EQ(error.context().offset, 548U + 13 + 13 + 12);
  }
}

}  // namespace
}  // namespace reproduce::measure

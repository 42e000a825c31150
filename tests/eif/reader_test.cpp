#include "reproduce/eif/reader.hpp"

#include <functional>
#include <string>
#include <vector>

#include "support/toy_image.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::eif {
namespace {

using test::ToyImage;

/// Walks all of it; the sections' types in file order.
std::vector<SectionType> walk(const Bytes& image) {
  MemorySource source(image);
  ImageReader reader(source);
  std::vector<SectionType> types;
  while (const auto section = reader.next_section()) types.push_back(section->type);
  reader.finish();
  return types;
}

void expect_malformed(const Bytes& image, const std::string& words, std::uint64_t offset) {
  try {
    (void)walk(image);
    FAIL() << "accepted; expected: " << words;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << error.what();
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    EXPECT_EQ(error.context().offset, offset) << error.what();
  }
}

TEST(ImageReader, WalksAWellFormedImageInFileOrder) {
  EXPECT_EQ(walk(ToyImage().bytes()),
            (std::vector{SectionType::kernel, SectionType::cmdline, SectionType::metadata,
                         SectionType::ramdisk, SectionType::ramdisk}));
}

TEST(ImageReader, GivesEachPayloadWhateverTheBufferSize) {
  const Bytes image = ToyImage().bytes();
  for (std::size_t size = 1; size <= 9; ++size) {
    MemorySource source(image);
    ImageReader reader(source);
    std::string last;
    while (reader.next_section()) {
      last.clear();
      Bytes buffer(size);
      while (const std::size_t count = reader.read_payload(buffer))
        last += as_text(ByteView(buffer).first(count));
    }
    reader.finish();
    EXPECT_EQ(last, "ramdisk1") << size;
  }
}

TEST(ImageReader, AcceptsAnyOrderInWhichRamdisksFollowTheKernel) {
  const std::string metadata = test::toy_metadata();
  EXPECT_NO_THROW(
      walk(ToyImage{.sections = {{2, "c"}, {1, "k"}, {3, "r"}, {5, metadata}}}.bytes()));
  EXPECT_NO_THROW(
      walk(ToyImage{.sections = {{1, "k"}, {3, "r"}, {5, metadata}, {2, "c"}}}.bytes()));
}

TEST(ImageReader, AcceptsOldVersionsWithoutMetadataAndEmptySections) {
  for (const std::uint16_t version : std::initializer_list<std::uint16_t>{2, 3})
    EXPECT_NO_THROW(walk(ToyImage{.version = version, .sections = {{1, "k"}, {2, ""}}}.bytes()));
}

TEST(ImageReader, RefusesEveryTruncation) {
  const Bytes image = ToyImage().bytes();
  for (std::size_t size = 0; size < image.size(); ++size) {
    const Bytes cut(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THROW((void)walk(cut), Error) << size;
  }
}

TEST(ImageReader, RefusesEveryFlippedBit) {
  const Bytes image = ToyImage().bytes();
  for (std::size_t bit = 0; bit < 8 * image.size(); ++bit) {
    Bytes flipped = image;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_THROW((void)walk(flipped), Error) << "bit " << bit;
  }
}

struct Damage {
  std::size_t offset;
  std::uint64_t value;
  std::size_t size;
  std::string words;
};

// Each with the right checksum, so that nothing but the field itself gives it away.
TEST(ImageReader, RefusesEachHeaderFieldOutOfRange) {
  const std::vector<Damage> damages{
      {0x000, 0x2e656967, 4, "no enclave image"},
      {0x004, 0, 2, "unsupported version"},
      {0x004, 1, 2, "unsupported version"},
      {0x004, 5, 2, "unsupported version"},
      {0x004, 0xffff, 2, "unsupported version"},
      {0x006, 2, 2, "flags whose effect"},
      {0x006, 0x40, 2, "flags whose effect"},
      {0x006, 0x240, 2, "flags whose effect"},
      {0x018, 1, 2, "reserved field"},
      {0x01a, 0, 2, "impossible number"},
      {0x01a, 1, 2, "impossible number"},
      {0x01a, 33, 2, "impossible number"},
      {0x01a, 0xffff, 2, "impossible number"},
      {0x01c, 549, 8, "section 0 is not where"},
      {0x01c + 8, 0, 8, "section 1 is not where"},
      {0x01c + 8 * 5, 1, 8, "unused slot"},
      {0x11c + 8 * 31, 1, 8, "unused slot"},
      {0x21c, 1, 4, "reserved field"},
  };
  for (const Damage& damage : damages) {
    Bytes image = ToyImage().bytes();
    test::poke(image, damage.offset, damage.value, damage.size);
    test::mend_crc(image);
    expect_malformed(image, damage.words, damage.offset);
  }
}

TEST(ImageReader, RefusesHugeSizesWithoutReadingOrAllocatingThem) {
  for (const std::uint64_t size :
       {std::uint64_t{1} << 40, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    Bytes image = ToyImage{.sections = {{1, "k"}, {2, "c"}, {5, test::toy_metadata()}}}.bytes();
    const std::size_t last_header = image.size() - test::toy_metadata().size() - 12;
    test::poke(image, 0x11c + 8 * 2, size, 8);
    test::poke(image, last_header + 4, size, 8);
    test::mend_crc(image);
    EXPECT_THROW((void)walk(image), Error) << size;
  }
}

TEST(ImageReader, RefusesSectionHeadersThatContradictTheTable) {
  const auto damaged = [](std::size_t offset, std::uint64_t value, std::size_t size) {
    Bytes image = ToyImage().bytes();
    test::poke(image, offset, value, size);
    test::mend_crc(image);
    return image;
  };
  expect_malformed(damaged(548, 0, 2), "unknown type", 548);
  expect_malformed(damaged(548, 6, 2), "unknown type", 548);
  expect_malformed(damaged(548 + 2, 1, 2), "reserved flags", 550);
  expect_malformed(damaged(548 + 4, 7, 8), "size differs", 552);
}

TEST(ImageReader, RefusesBytesBehindTheLastSection) {
  for (const std::size_t extra : {1U, 5U, 12U, 4096U}) {
    Bytes image = ToyImage().bytes();
    const std::size_t end = image.size();
    image.resize(end + extra);
    test::mend_crc(image);
    expect_malformed(image, "after the last section", end);
  }
}

TEST(ImageReader, RefusesSectionsThatTheSpecificationDoesNotAllow) {
  const std::string m = test::toy_metadata();
  const std::vector<std::pair<ToyImage, std::string>> cases{
      {{.sections = {{1, "k"}, {1, "k"}, {2, "c"}, {5, m}}}, "second kernel"},
      {{.sections = {{1, "k"}, {2, "c"}, {2, "c"}, {5, m}}}, "second cmdline"},
      {{.sections = {{1, "k"}, {2, "c"}, {5, m}, {5, m}}}, "second metadata"},
      {{.sections = {{1, "k"}, {2, "c"}, {5, m}, {4, "s"}, {4, "s"}}}, "second signature"},
      {{.sections = {{3, "r"}, {1, "k"}, {2, "c"}, {5, m}}}, "before the kernel"},
      {{.sections = {{2, "c"}, {5, m}}}, "no kernel"},
      {{.sections = {{1, "k"}, {5, m}}}, "no cmdline"},
      {{.sections = {{1, "k"}, {2, "c"}}}, "no metadata"},
      {{.version = 2, .sections = {{1, "k"}, {2, "c"}, {4, "s"}}}, "no signature section"},
      {{.sections = {{1, "k"}, {2, "c"}, {5, m}, {4, std::string(32769, 's')}}}, "too large"},
      {{.sections = {{1, "k"}, {2, "c"}, {5, std::string((1U << 20) + 1, ' ')}}}, "too large"},
  };
  for (const auto& [image, words] : cases) {
    try {
      (void)walk(image.bytes());
      FAIL() << "accepted; expected: " << words;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed);
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace reproduce::eif

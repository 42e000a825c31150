#include "reproduce/build/assembler.hpp"

#include <string>
#include <utility>

#include "support/temp_dir.hpp"
#include "support/toy_image.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::build {
namespace {

/// The toy image, in pieces of `piece` bytes.
AssembledImage assemble(PatchableSink& out, std::size_t piece,
                        std::optional<eif::Header> predicted = std::nullopt) {
  Assembler assembler(out, {.arch = eif::Arch::x86_64}, predicted);
  for (const test::ToySection& section : test::toy_sections()) {
    assembler.begin_section(eif::SectionType{section.type});
    for (std::size_t at = 0; at < section.payload.size(); at += piece)
      assembler.write(as_bytes(std::string_view(section.payload).substr(at, piece)));
    assembler.end_section();
  }
  return std::move(assembler).finish();
}

TEST(Assembler, WritesTheImageThatTheFormatSays) {
  const test::TempDir dir;
  for (const std::size_t piece : {1U, 3U, 100000U}) {
    AtomicFile out(dir.path() / "toy.eif");
    const AssembledImage image = assemble(out, piece);
    out.publish();
    EXPECT_EQ(test::slurp(dir.path() / "toy.eif"), test::ToyImage().bytes()) << piece;
    EXPECT_EQ(image.size, test::ToyImage().bytes().size());
    EXPECT_FALSE(image.sha256);
  }
}

TEST(Assembler, MeasuresWhatItWrites) {
  NullSink out;
  const Bytes bytes = test::ToyImage().bytes();
  MemorySource source(bytes);
  EXPECT_EQ(assemble(out, 5).registers, measure::measure_image(source).registers);
}

TEST(Assembler, GivesTheImagesDigestWhenTheHeaderWasPredicted) {
  NullSink out;
  const eif::Header header = assemble(out, 7).header;
  const AssembledImage again = assemble(out, 7, header);
  EXPECT_EQ(again.sha256, sha256(test::ToyImage().bytes()));
}

TEST(Assembler, MendsAWrongPredictionAndGivesNoDigest) {
  const test::TempDir dir;
  NullSink null;
  eif::Header wrong = assemble(null, 7).header;
  wrong.section_sizes[1] += 1;
  wrong.crc32 ^= 1;
  AtomicFile out(dir.path() / "toy.eif");
  EXPECT_FALSE(assemble(out, 7, wrong).sha256);
  out.publish();
  EXPECT_EQ(test::slurp(dir.path() / "toy.eif"), test::ToyImage().bytes());
}

TEST(Assembler, StreamsASourceAndWritesMixWithIt) {
  const test::TempDir dir;
  AtomicFile out(dir.path() / "image");
  Assembler assembler(out, {.arch = eif::Arch::aarch64});
  const std::string big(5U << 20, 'b');
  assembler.begin_section(eif::SectionType::kernel);
  assembler.write(as_bytes("a"));
  MemorySource source(as_bytes(big));
  EXPECT_EQ(assembler.write_all(source), big.size());
  assembler.write(as_bytes("c"));
  assembler.end_section();
  assembler.begin_section(eif::SectionType::cmdline);
  assembler.end_section();
  (void)std::move(assembler).finish();
  out.publish();
  const test::ToyImage expected{.flags = 1, .sections = {{1, "a" + big + "c"}, {2, ""}}};
  EXPECT_EQ(test::slurp(dir.path() / "image"), expected.bytes());
}

TEST(Assembler, RefusesAThirtyThirdSection) {
  NullSink out;
  Assembler assembler(out, {.arch = eif::Arch::x86_64});
  for (int section = 0; section < 32; ++section) {
    assembler.begin_section(eif::SectionType::ramdisk);
    assembler.end_section();
  }
  EXPECT_THROW(assembler.begin_section(eif::SectionType::ramdisk), Error);
}

TEST(AtomicFile, LeavesNothingWhenItIsNotPublished) {
  const test::TempDir dir;
  {
    AtomicFile out(dir.path() / "image");
    out.write(as_bytes("half"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

}  // namespace
}  // namespace reproduce::build

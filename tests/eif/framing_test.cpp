#include "reproduce/eif/framing.hpp"

#include <algorithm>
#include <string_view>

#include "support/toy_image.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::eif {
namespace {

/// The toy image, as whoever writes it puts it together.
Bytes put_together(Framing& framing) {
  Bytes image = framing.header();
  const auto append = [&](ByteView bytes) {
    image.insert(image.end(), bytes.begin(), bytes.end());
  };
  for (const test::ToySection& section : test::toy_sections()) {
    append(framing.begin_section(SectionType{section.type}));
    for (const char& byte : section.payload) framing.payload(as_bytes({&byte, 1}));
    append(as_bytes(section.payload));
    framing.end_section();
  }
  EXPECT_EQ(framing.size(), image.size());
  return image;
}

Bytes corrected(Bytes image, const Framing& framing) {
  for (const auto& [offset, bytes] : framing.corrections())
    std::ranges::copy(bytes, image.begin() + static_cast<std::ptrdiff_t>(offset));
  return image;
}

TEST(Framing, IsRightOnceItIsCorrected) {
  Framing framing({.arch = Arch::x86_64});
  const Bytes image = put_together(framing);
  EXPECT_NE(image, test::ToyImage().bytes());
  EXPECT_EQ(corrected(image, framing), test::ToyImage().bytes());
}

TEST(Framing, NeedsNoCorrectionWhenItWasPredicted) {
  Framing first({.arch = Arch::x86_64});
  (void)put_together(first);
  Framing again({.arch = Arch::x86_64}, first.header_so_far());
  EXPECT_EQ(put_together(again), test::ToyImage().bytes());
  EXPECT_TRUE(again.corrections().empty());
}

TEST(Framing, CorrectsWhatWasPredictedWrong) {
  Framing first({.arch = Arch::x86_64});
  (void)put_together(first);
  Header wrong = first.header_so_far();
  wrong.section_sizes[1] += 1;
  Framing again({.arch = Arch::x86_64}, wrong);
  const Bytes image = put_together(again);
  EXPECT_EQ(again.corrections().size(), 2U);  // that section's header, and the image's
  EXPECT_EQ(corrected(image, again), test::ToyImage().bytes());
}

TEST(Framing, HasNoRoomForAThirtyThirdSection) {
  Framing framing({.arch = Arch::x86_64});
  for (int section = 0; section < 32; ++section) {
    (void)framing.begin_section(SectionType::ramdisk);
    framing.end_section();
  }
  EXPECT_THROW((void)framing.begin_section(SectionType::ramdisk), Error);
}

}  // namespace
}  // namespace reproduce::eif

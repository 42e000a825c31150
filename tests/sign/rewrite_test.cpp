#include "reproduce/sign/rewrite.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/memory_image.hpp"
#include "support/refusal.hpp"
#include "support/signer.hpp"
#include "support/toy_image.hpp"
#include "support/vectors.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/cose/sign1.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/sign/signature.hpp"

namespace reproduce::sign {
namespace {

using test::KeyKind;
using test::Signer;
using test::ToyImage;
using test::ToySection;

Bytes rewritten(const Bytes& image, const MakeSection& make) {
  test::MemoryImage out;
  (void)rewrite_signature(RandomAccessBytes(image), out, make);
  return out.bytes();
}

Bytes signed_by(const Signer& signer, const Bytes& image) {
  return rewritten(image, [&](const Sha384Digest& pcr0) {
    return sign_section(signer.certificate(), signer.load(), pcr0);
  });
}

measure::ImageMeasurements measured(const Bytes& image) {
  MemorySource source(image);
  return measure::measure_image(source);
}

Error refusal(const Bytes& image, const MakeSection& make) {
  return test::refusal_of([&] { (void)rewritten(image, make); });
}

const MakeSection never = [](const Sha384Digest&) -> Bytes {
  ADD_FAILURE() << "something was signed";
  return {};
};

TEST(RewrittenSignature, IsAddedLastAndHolds) {
  const Bytes image = ToyImage().bytes();
  const Signer signer;
  const Bytes with = signed_by(signer, image);
  const measure::ImageMeasurements before = measured(image);
  const measure::ImageMeasurements after = measured(with);
  EXPECT_EQ(after.sections.back().type, eif::SectionType::signature);
  EXPECT_EQ(after.sections.size(), before.sections.size() + 1);
  EXPECT_EQ(after.signature_fault, std::nullopt);
  for (const std::uint32_t index : {0U, 1U, 2U})
    EXPECT_EQ(after.registers.at(index), before.registers.at(index));
  EXPECT_TRUE(after.registers.contains(8));
  EXPECT_EQ(signed_by(signer, image), with) << "signed twice";
}

TEST(RewrittenSignature, TellsWhatItWrote) {
  const Bytes image = ToyImage().bytes();
  const Signer signer;
  const MakeSection make = [&](const Sha384Digest& pcr0) {
    return sign_section(signer.certificate(), signer.load(), pcr0);
  };
  test::MemoryImage out;
  const RewrittenImage told = rewrite_signature(RandomAccessBytes(image), out, make);
  const measure::ImageMeasurements after = measured(out.bytes());
  EXPECT_EQ(told.header, after.header);
  EXPECT_EQ(told.registers, after.registers);
  EXPECT_FALSE(told.had_signature);
  EXPECT_EQ(eif::image_size(told.header), out.bytes().size());
  test::MemoryImage again;
  EXPECT_TRUE(rewrite_signature(RandomAccessBytes(out.bytes()), again, make).had_signature);
}

TEST(RewrittenSignature, LeavesTheImageAsItWasWhenItIsTakenOutAgain) {
  for (const auto version : {std::uint16_t{3}, std::uint16_t{4}}) {
    for (const auto flags : {std::uint16_t{0}, std::uint16_t{1}}) {
      Bytes image = ToyImage{.version = version, .flags = flags}.bytes();
      test::poke(image, eif::default_mem_offset, 12345, 8);
      test::poke(image, eif::default_cpus_offset, 7, 8);
      test::mend_crc(image);
      EXPECT_EQ(rewritten(signed_by(Signer(), image), {}), image) << version << ' ' << flags;
    }
  }
}

// AWS's tool leaves the sizes in the header as they were (its issue 54).
TEST(RewrittenSignature, MendsTheTableWhenAnotherKeyIsLarger) {
  const Bytes image = ToyImage().bytes();
  Bytes current = signed_by(Signer(KeyKind::p256), image);
  for (const KeyKind kind : {KeyKind::p521, KeyKind::p384, KeyKind::p256}) {
    const Signer signer(kind);
    const Bytes next = signed_by(signer, current);
    EXPECT_NE(next.size(), current.size());
    EXPECT_EQ(measured(next).signature_fault, std::nullopt);
    EXPECT_EQ(next, signed_by(signer, image));
    current = next;
  }
}

TEST(RewrittenSignature, StaysAtItsPlace) {
  const Bytes last = signed_by(Signer(), ToyImage().bytes());
  const measure::ImageMeasurements measured_last = measured(last);
  const eif::Section& signature = measured_last.sections.back();
  std::vector<ToySection> sections = test::toy_sections();
  const ToySection moved{.type = 4,
                         .payload = std::string(as_text(ByteView(last).subspan(
                             signature.payload_offset(), signature.payload_size)))};
  for (std::size_t place = 0; place <= sections.size(); ++place) {
    std::vector<ToySection> order = sections;
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(place), moved);
    const Bytes image = ToyImage{.sections = order}.bytes();
    const Signer signer(KeyKind::p521);
    const Bytes with = signed_by(signer, image);
    const measure::ImageMeasurements after = measured(with);
    EXPECT_EQ(after.sections[place].type, eif::SectionType::signature);
    EXPECT_EQ(after.signature_fault, std::nullopt);
    EXPECT_EQ(signed_by(signer, with), with);
    EXPECT_EQ(rewritten(image, {}), ToyImage().bytes());
  }
}

TEST(RewrittenSignature, RepairsOneThatDoesNotHoldOrMakesNoSense) {
  const Signer signer;
  std::vector<ToySection> sections = test::toy_sections();
  sections.push_back({.type = 4, .payload = "no CBOR"});
  const Bytes image = ToyImage{.sections = sections}.bytes();
  EXPECT_EQ(signed_by(signer, image), signed_by(signer, ToyImage().bytes()));
  EXPECT_EQ(rewritten(image, {}), ToyImage().bytes());
}

TEST(RewrittenSignature, FindsNoRoomBeyondThirtyTwoSections) {
  std::vector<ToySection> sections = test::toy_sections();
  while (sections.size() < 31) sections.push_back({.type = 3, .payload = "more"});
  EXPECT_EQ(measured(signed_by(Signer(), ToyImage{.sections = sections}.bytes())).signature_fault,
            std::nullopt);
  sections.push_back({.type = 3, .payload = "one too many"});
  const Error error = refusal(ToyImage{.sections = sections}.bytes(), never);
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "the image has no room for a signature");
}

TEST(RewrittenSignature, IsNoneOfTheSecondVersionOfTheFormat) {
  const Error error = refusal(ToyImage{.version = 2}.bytes(), never);
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "the image's version of the format has no signatures");
}

TEST(RewrittenSignature, CannotBeTakenOutWhereThereIsNone) {
  EXPECT_EQ(refusal(ToyImage().bytes(), {}).kind(), ErrorKind::usage);
}

// AWS's tool gives such an image a good checksum.
TEST(RewrittenSignature, IsNotPutUnderADamagedImage) {
  Bytes image = ToyImage().bytes();
  image[image.size() - 1] ^= 1U;
  EXPECT_EQ(refusal(image, never).kind(), ErrorKind::malformed);
  const Bytes whole = ToyImage().bytes();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(
        refusal(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), never)
            .kind(),
        ErrorKind::malformed)
        << size;
}

TEST(RewrittenSignature, MakesAwsImageOfAwsSignature) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors";
  const std::pair<const char*, const char*> pairs[] = {{"v02_rd2", "v23_signed_p384"},
                                                       {"v02_rd2", "v24_signed_p256"},
                                                       {"v01_rd1", "v28_signed_chain_pem"}};
  for (const auto& [plain, with] : pairs) {
    const Bytes unsigned_image = test::read_vector(std::string("eif/") + plain + "/image.eif");
    const Bytes signed_image = test::read_vector(std::string("eif/") + with + "/image.eif");
    const auto section = measured(signed_image).signature.value();
    const eif::SignatureEntry& entry = section.entries.front();
    const Bytes made = rewritten(unsigned_image, [&](const Sha384Digest& pcr0) {
      return attach_section(read_certificate(entry.certificate_pem),
                            cose::decode_sign1(entry.cose_sign1).signature, pcr0);
    });
    EXPECT_TRUE(made == signed_image) << with;
    EXPECT_TRUE(rewritten(signed_image, {}) == unsigned_image) << with;
  }
}

}  // namespace
}  // namespace reproduce::sign

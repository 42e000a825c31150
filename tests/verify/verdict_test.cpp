#include "reproduce/verify/verdict.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/forge.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::verify {
namespace {

using attestation::EvaluationTime;
using attestation::VerifiedDocument;
using Basis = EvaluationTime::Basis;

constexpr UnixSeconds forged_at = 1767225600;  // 2026-01-01T00:00:00Z

/// What Forgery's documents attest.
measure::ImageMeasurements attested_image() {
  measure::ImageMeasurements image;
  for (const std::uint32_t index : {0U, 1U, 2U})
    image.registers[index].fill(static_cast<std::uint8_t>(0x11 * (index + 1)));
  return image;
}

/// The same with other values in some registers; a new PCR8 means signed.
measure::ImageMeasurements image_but(const std::vector<std::uint32_t>& others) {
  measure::ImageMeasurements image = attested_image();
  for (const std::uint32_t index : others) image.registers[index].fill(0xee);
  return image;
}

/// The verdict on an image alone.
Verdict judge(const measure::ImageMeasurements& image, const VerifiedDocument& document,
              const Policy& policy) {
  const Reference reference = reference_of("app.eif", image);
  return verify::judge({&reference, 1}, document, policy);
}

VerifiedDocument verified(const test::Forgery& forgery,
                          EvaluationTime at = {.time = forged_at + 60}) {
  const test::Forged forged = test::forge(forgery);
  return attestation::verify(forged.document, decode_certificate(forged.root), at);
}

VerifiedDocument good_document() {
  return verified(test::Forgery(forged_at));
}

const Check& check(const Verdict& verdict, std::string_view name) {
  const auto found = std::ranges::find(verdict.checks, name, &Check::name);
  if (found == verdict.checks.end()) throw Error(ErrorKind::bug, "no such check");
  return *found;
}

Outcome outcome(const Verdict& verdict, std::string_view name) {
  return check(verdict, name).outcome;
}

TEST(Verdict, IsYesWhenAllThreeRegistersMatch) {
  const Verdict verdict = judge(attested_image(), good_document(), {});
  EXPECT_TRUE(verdict.is_yes());
  EXPECT_EQ(verdict.reason, "this image is the attested one");
  EXPECT_EQ(verdict.hint, "");
  EXPECT_EQ(verdict.registers.size(), 3U);
}

TEST(Verdict, ListsEveryCheck) {
  const Verdict verdict = judge(attested_image(), good_document(), {});
  std::vector<std::string> names;
  for (const Check& each : verdict.checks) names.push_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string>{"root", "chain", "signature", "time", "debug-mode",
                                             "nonce", "age", "instance", "signer", "keys",
                                             "image-signature", "reference"}));
}

TEST(Verdict, SaysWhichPartOfTheImageDiffers) {
  const std::pair<std::vector<std::uint32_t>, const char*> cases[] = {
      {{0, 2}, "only ramdisks after the first differ"},
      {{0, 1}, "the kernel, the command line or the first ramdisk differs, later ramdisks do not"},
      {{0, 1, 2}, "both what boots and the ramdisks after the first differ"},
      {{1, 2}, "the same bytes are divided otherwise between the first ramdisk and the later ones"},
      {{0}, "the registers that differ do not fit together"}};
  for (const auto& [others, words] : cases) {
    const Verdict verdict = judge(image_but(others), good_document(), {});
    EXPECT_FALSE(verdict.is_yes());
    EXPECT_EQ(verdict.reason, "this image is not the attested one; " + std::string(words));
  }
}

// oyster-cvm skipped what was missing and still printed success; evervault took an
// expected value that is not there for a match.
TEST(Verdict, AMissingRegisterIsANo) {
  for (const std::uint32_t index : {0U, 1U, 2U}) {
    const std::string reason = "PCR" + std::to_string(index) + " is missing, so nothing is shown";
    test::Forgery forgery(forged_at);
    forgery.pcrs.erase(index);
    const Verdict without = judge(attested_image(), verified(forgery), {});
    EXPECT_FALSE(without.is_yes());
    EXPECT_EQ(without.reason, reason);

    measure::ImageMeasurements image = attested_image();
    image.registers.erase(index);
    const Verdict unmeasured = judge(image, good_document(), {});
    EXPECT_FALSE(unmeasured.is_yes());
    EXPECT_EQ(unmeasured.reason, reason);
  }
  EXPECT_FALSE(judge({}, good_document(), {}).is_yes());
}

TEST(Verdict, ARegisterOfAnotherSizeIsANo) {
  test::Forgery forgery(forged_at);
  forgery.pcrs[0] = Bytes(32, 0x11);
  EXPECT_FALSE(judge(attested_image(), verified(forgery), {}).is_yes());
  forgery.pcrs[0] = Bytes(64, 0x11);
  EXPECT_FALSE(judge(attested_image(), verified(forgery), {}).is_yes());
}

// A preset of oyster-cvm accepted zero registers; and PCR4 is not zero in debug
// mode, so "all registers are zero" is never true.
TEST(Verdict, DebugModeIsANoEvenForAnImageOfZeros) {
  test::Forgery forgery(forged_at);
  for (const std::uint32_t index : {0U, 1U, 2U}) forgery.pcrs[index] = Bytes(48);
  measure::ImageMeasurements zeros;
  for (const std::uint32_t index : {0U, 1U, 2U}) zeros.registers[index].fill(0);
  for (const measure::ImageMeasurements& image : {attested_image(), zeros}) {
    const Verdict verdict = judge(image, verified(forgery), {});
    EXPECT_FALSE(verdict.is_yes());
    EXPECT_EQ(outcome(verdict, "debug-mode"), Outcome::fail);
    EXPECT_EQ(verdict.reason,
              "the document is of an enclave in debug mode: PCR0, PCR1 and PCR2 are zero and say "
              "nothing about any image");
  }
}

TEST(Verdict, OneZeroRegisterIsNoDebugMode) {
  test::Forgery forgery(forged_at);
  forgery.pcrs[0] = forgery.pcrs[1] = Bytes(48);
  const Verdict verdict = judge(attested_image(), verified(forgery), {});
  EXPECT_EQ(outcome(verdict, "debug-mode"), Outcome::pass);
  EXPECT_FALSE(verdict.is_yes());
}

TEST(Verdict, ComparesPcr8WhenEitherSideIsSigned) {
  test::Forgery forgery(forged_at);
  forgery.pcrs[8] = Bytes(48, 0x88);
  measure::ImageMeasurements signed_image = attested_image();
  signed_image.registers[8].fill(0x88);

  EXPECT_TRUE(judge(signed_image, verified(forgery), {}).is_yes());
  const std::string almost = "PCR0, PCR1 and PCR2 match, but PCR8 does not: ";
  EXPECT_EQ(judge(attested_image(), verified(forgery), {}).reason,
            almost + "the attested enclave's image was signed, this image is not");
  EXPECT_EQ(judge(signed_image, good_document(), {}).reason,
            almost + "this image is signed, the attested enclave's was not");
  EXPECT_EQ(judge(image_but({8}), verified(forgery), {}).reason,
            almost + "another certificate signed it");
  forgery.pcrs.erase(8);
  EXPECT_EQ(judge(signed_image, verified(forgery), {}).reason,
            almost + "this image is signed, the attested enclave's was not");
  EXPECT_FALSE(judge(signed_image, verified(forgery), {}).is_yes());
  EXPECT_TRUE(judge(attested_image(), verified(forgery), {}).is_yes());
}

TEST(Verdict, HoldsTheNonceToTheExpectedOne) {
  const Bytes nonce = {0, 0xff};
  test::Forgery forgery(forged_at);
  EXPECT_EQ(outcome(judge(attested_image(), verified(forgery), {}), "nonce"), Outcome::not_checked);
  Verdict verdict =
      judge(attested_image(), verified(forgery), {.nonce = Rule<Bytes>{nonce, "--nonce"}});
  EXPECT_FALSE(verdict.is_yes());
  EXPECT_EQ(verdict.reason, "the registers match, but the document has no nonce");

  for (const auto& [attested, expected_outcome] :
       {std::pair(nonce, Outcome::pass), std::pair(Bytes{0, 0xfe}, Outcome::fail),
        std::pair(Bytes{0}, Outcome::fail), std::pair(Bytes{}, Outcome::fail)}) {
    forgery.edit_payload = [value = attested](test::Payload& payload) {
      payload.set("nonce", test::cbor_bytes(value));
    };
    verdict = judge(attested_image(), verified(forgery), {.nonce = Rule<Bytes>{nonce, "--nonce"}});
    EXPECT_EQ(outcome(verdict, "nonce"), expected_outcome);
    EXPECT_EQ(verdict.is_yes(), expected_outcome == Outcome::pass);
  }
}

TEST(Verdict, HoldsTheAgeToItsLimit) {
  const VerifiedDocument document = good_document();  // 60 seconds old
  EXPECT_TRUE(
      judge(attested_image(), document, {.max_age = Rule<UnixSeconds>{60, "--max-age"}}).is_yes());
  const Verdict verdict =
      judge(attested_image(), document, {.max_age = Rule<UnixSeconds>{59, "--max-age"}});
  EXPECT_FALSE(verdict.is_yes());
  EXPECT_EQ(verdict.reason,
            "the registers match, but the document is too old: 1 min old, at most 59 s allowed");
}

TEST(Verdict, AtItsOwnTimeADocumentIsAuthenticButNotFresh) {
  const VerifiedDocument document = verified(test::Forgery(forged_at), {.basis = Basis::document});
  const Verdict verdict = judge(attested_image(), document, {});
  EXPECT_TRUE(verdict.is_yes());
  EXPECT_EQ(outcome(verdict, "time"), Outcome::warning);
  EXPECT_NE(verdict.reason.find("nothing shows that it is fresh"), std::string::npos);
  EXPECT_FALSE(
      judge(attested_image(), document, {.max_age = Rule<UnixSeconds>{1000000, "--max-age"}})
          .is_yes());
}

TEST(Verdict, WarnsOfARootThatIsNotAwss) {
  EXPECT_EQ(outcome(judge(attested_image(), good_document(), {}), "root"), Outcome::warning);
}

TEST(Verdict, WarnsOfWhatNoGenuineDocumentShows) {
  test::Forgery forgery(forged_at);
  const Verdict usual = judge(attested_image(), verified(forgery), {});
  EXPECT_EQ(outcome(usual, "instance"), Outcome::pass);
  EXPECT_EQ(outcome(usual, "signer"), Outcome::pass);
  EXPECT_EQ(outcome(usual, "keys"), Outcome::pass);

  forgery.pcrs[4] = Bytes(48, 0x44);
  forgery.chain.back().recipe.subject = "somebody";
  forgery.edit_payload = [](test::Payload& payload) {
    payload.add("flavour", test::cbor_text("vanilla"));
  };
  const Verdict unusual = judge(attested_image(), verified(forgery), {});
  EXPECT_TRUE(unusual.is_yes());
  EXPECT_EQ(outcome(unusual, "instance"), Outcome::warning);
  EXPECT_EQ(outcome(unusual, "signer"), Outcome::warning);
  EXPECT_EQ(outcome(unusual, "keys"), Outcome::warning);
  EXPECT_EQ(check(unusual, "keys").words, "the document has 1 unknown key: flavour");

  forgery.module_id = "another kind of name";
  EXPECT_EQ(outcome(judge(attested_image(), verified(forgery), {}), "instance"),
            Outcome::not_checked);
}

TEST(Verdict, WarnsOfAnImageThatWouldNotStart) {
  measure::ImageMeasurements image = attested_image();
  EXPECT_EQ(outcome(judge(image, good_document(), {}), "image-signature"), Outcome::not_checked);
  image.signature.emplace();
  EXPECT_EQ(outcome(judge(image, good_document(), {}), "image-signature"), Outcome::pass);
  image.signature_fault = "it is over another PCR0";
  const Verdict verdict = judge(image, good_document(), {});
  EXPECT_EQ(check(verdict, "image-signature").words,
            "the image's own signature does not hold: it is over another PCR0");
  EXPECT_EQ(outcome(verdict, "image-signature"), Outcome::warning);
}

}  // namespace
}  // namespace reproduce::verify

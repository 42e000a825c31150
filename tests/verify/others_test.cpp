// What other verifiers get wrong, a test each: mistakes that were found in code which people use to
// decide whether an enclave is to be trusted, and which this code is not to repeat.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/forge.hpp"
#include "support/toy_image.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/cose/cbor_writer.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/published/registers.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::verify {
namespace {

using attestation::EvaluationTime;
using attestation::VerifiedDocument;
using Basis = EvaluationTime::Basis;

constexpr UnixSeconds forged_at = 1767225600;  // 2026-01-01T00:00:00Z

VerifiedDocument verified(const test::Forgery& forgery, EvaluationTime at = {.time = forged_at}) {
  const test::Forged forged = test::forge(forgery);
  return attestation::verify(forged.document, decode_certificate(forged.root), at);
}

/// What verifying ends with: an error's kind and words, or "verified".
std::pair<ErrorKind, std::string> outcome_of(const test::Forgery& forgery,
                                             EvaluationTime at = {.time = forged_at}) {
  try {
    (void)verified(forgery, at);
    return {ErrorKind::bug, "verified"};
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
}

std::pair<ErrorKind, std::string> refused(ErrorKind kind, const char* words) {
  return {kind, words};
}

/// What Forgery's documents attest.
Reference good_reference() {
  Reference reference{.name = "app.eif", .kind = ReferenceKind::image};
  for (const std::uint32_t index : {0U, 1U, 2U})
    reference.registers[index] = Bytes(48, static_cast<std::uint8_t>(0x11 * (index + 1)));
  return reference;
}

ErrorKind completeness(const Reference& reference) {
  try {
    require_complete(reference, attestation::DocumentKind::enclave);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::bug;
}

/// Extension 0 of the zonal issuer with these bytes as its content.
test::Forgery with_constraints(const char* digits) {
  test::Forgery forgery(forged_at);
  forgery.chain[2].recipe.extensions[0] = {"basicConstraints", true, from_hex(digits).value()};
  return forgery;
}

// oyster-cvm
TEST(OthersGetWrong, ThatNothingToCompareWithIsNoSuccess) {
  EXPECT_THROW((void)judge({}, verified(test::Forgery(forged_at)), {}), Error);
  try {
    (void)judge({}, verified(test::Forgery(forged_at)), {});
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(), "there is nothing to hold the document to");
  }
  EXPECT_THROW((void)published::parse_registers("{}"), Error);
  EXPECT_THROW((void)published::parse_registers(R"({"Measurements":{}})"), Error);
  EXPECT_EQ(completeness({.name = "empty.json", .kind = ReferenceKind::registers}),
            ErrorKind::malformed);
}

// oyster-cvm
TEST(OthersGetWrong, ThatADocumentFromTheFutureIsNotYoung) {
  test::Forgery forgery(forged_at + 301);
  EXPECT_EQ(outcome_of(forgery, {.time = forged_at}),
            refused(ErrorKind::untrusted, "the attestation document is from the future"));
  forgery.time = forged_at + 60;
  EXPECT_EQ(outcome_of(forgery, {.time = forged_at, .clock_skew = 59}),
            refused(ErrorKind::untrusted, "the attestation document is from the future"));
}

// oyster-cvm
TEST(OthersGetWrong, ThatTheRootHasDatesToo) {
  test::Forgery forgery(forged_at);
  forgery.chain[0].recipe.not_after = forged_at - 1;
  EXPECT_EQ(outcome_of(forgery),
            refused(ErrorKind::untrusted, "the certificate chain does not hold at this time"));
  forgery.chain[0].recipe.not_after = forged_at + 1000000;
  forgery.chain[0].recipe.not_before = forged_at + 1;
  EXPECT_EQ(outcome_of(forgery).first, ErrorKind::untrusted);
}

// oyster-cvm: a preset for debugging
TEST(OthersGetWrong, ThatRegistersOfZeroAreNoReference) {
  for (const std::uint32_t index : {0U, 1U, 2U}) {
    Reference reference = good_reference();
    reference.kind = ReferenceKind::registers;
    reference.registers[index] = Bytes(48);
    EXPECT_EQ(completeness(reference), ErrorKind::malformed);
  }
  test::Forgery debug(forged_at);
  Reference zeros = good_reference();
  for (const std::uint32_t index : {0U, 1U, 2U}) {
    debug.pcrs[index] = Bytes(48);
    zeros.registers[index] = Bytes(48);
  }
  EXPECT_FALSE(judge({&zeros, 1}, verified(debug), {}).is_yes());
}

// evervault
TEST(OthersGetWrong, ThatARegisterNobodyNamedDoesNotMatch) {
  for (const std::uint32_t index : {0U, 1U, 2U}) {
    Reference reference = good_reference();
    reference.registers.erase(index);
    EXPECT_FALSE(judge({&reference, 1}, verified(test::Forgery(forged_at)), {}).is_yes());
    reference.kind = ReferenceKind::registers;
    EXPECT_EQ(completeness(reference), ErrorKind::malformed);
    reference.kind = ReferenceKind::rules;
    EXPECT_EQ(completeness(reference), ErrorKind::usage);

    test::Forgery forgery(forged_at);
    forgery.pcrs.erase(index);
    const Reference whole = good_reference();
    EXPECT_FALSE(judge({&whole, 1}, verified(forgery), {}).is_yes());
  }
}

// The marlin SDK
TEST(OthersGetWrong, ThatWithoutARootNobodyIsTrusted) {
  const test::Forged forged = test::forge(test::Forgery(forged_at));
  try {
    (void)attestation::verify(forged.document, attestation::Trust{}, {.time = forged_at});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_STREQ(error.what(), "the attestation document is of a foreign root");
  }
}

// The marlin SDK
TEST(OthersGetWrong, ThatADocumentsOwnTimeShowsNoFreshness) {
  const test::Forgery old(forged_at - 86400);
  EXPECT_EQ(outcome_of(old),
            refused(ErrorKind::untrusted, "the certificate chain does not hold at this time"));
  const Reference reference = good_reference();
  const VerifiedDocument document = verified(old, {.basis = Basis::document});
  const Verdict verdict = judge({&reference, 1}, document, {});
  EXPECT_NE(verdict.reason.find("nothing shows that it is fresh"), std::string::npos);
  EXPECT_FALSE(
      judge({&reference, 1}, document, {.max_age = Rule<UnixSeconds>{1000000, "--max-age"}})
          .is_yes());
}

// anchorageoss
TEST(OthersGetWrong, ThatTheAlgorithmMustBeEs384) {
  for (const char* header : {"a10126", "a1013823", "a10100", "a1013825", "a10127"}) {
    test::Forgery forgery(forged_at);
    forgery.protected_header = from_hex(header).value();
    EXPECT_EQ(outcome_of(forgery).first, ErrorKind::malformed) << header;
  }
}

// hf/nitrite
TEST(OthersGetWrong, ThatAnUnknownCurveIsARefusalAndNoCrash) {
  for (const test::KeyKind kind :
       {test::KeyKind::secp256k1, test::KeyKind::brainpool384, test::KeyKind::p384_explicit}) {
    test::Forgery forgery(forged_at);
    forgery.chain.back().key = kind;
    forgery.edit_signature = [](Bytes& signature) { signature.resize(96); };
    EXPECT_EQ(outcome_of(forgery),
              refused(ErrorKind::untrusted, "a certificate's key is not on P-384"));
  }
}

// world-chain
TEST(OthersGetWrong, ThatTheRootIsTheFirstOfTheBundle) {
  test::Forgery forgery(forged_at);
  forgery.edit_certificates = [](std::vector<Bytes>& chain) {
    std::reverse(chain.begin(), chain.end() - 1);
  };
  EXPECT_EQ(outcome_of(forgery),
            refused(ErrorKind::untrusted, "the attestation document is of a foreign root"));
}

// None of those read
TEST(OthersGetWrong, ThatTheImageItselfIsWhatADocumentShouldBeHeldTo) {
  const Bytes image = test::ToyImage().bytes();
  MemorySource source(image);
  const Reference reference = reference_of("toy.eif", measure::measure_image(source));
  test::Forgery forgery(forged_at);
  EXPECT_FALSE(judge({&reference, 1}, verified(forgery), {}).is_yes());
  for (const auto& [index, value] : reference.registers) forgery.pcrs[index] = value;
  EXPECT_TRUE(judge({&reference, 1}, verified(forgery), {}).is_yes());
}

// AWS's image reader, as Trail of Bits found in 2024
TEST(OthersGetWrong, ThatAnImageIsHostileUntilItIsRead) {
  const Bytes image = test::ToyImage().bytes();
  constexpr std::size_t section_size = 548 + 4;  // of the first section's header
  for (std::size_t at = section_size; at < section_size + 8; ++at) {
    Bytes hostile = image;
    hostile[at] = 0xff;
    MemorySource source(hostile);
    try {
      (void)measure::measure_image(source);
      ADD_FAILURE() << "measured with byte " << at << " changed";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed);
    }
  }
  for (std::size_t size = 0; size < image.size(); size += 7) {
    MemorySource source(ByteView(image).first(size));
    EXPECT_THROW((void)measure::measure_image(source), Error) << size;
  }
}

// base/nitro-validator, as audited in 2026
TEST(OthersGetWrong, ThatRegistersAreBoundedBy31AndNotByTheirCount) {
  test::Forgery forgery(forged_at);
  forgery.pcrs = {{31, Bytes(48, 1)}};
  EXPECT_EQ(outcome_of(forgery).second, "verified");
  forgery.pcrs = {{32, Bytes(48, 1)}};
  EXPECT_EQ(outcome_of(forgery),
            refused(ErrorKind::malformed, "'pcrs' has a register that does not exist"));
}

// base/nitro-validator
TEST(OthersGetWrong, ThatAPathLengthDoesNotWrapAround) {
  for (const char* digits :
       {"300a0101ff02050100000001", "300e0101ff0209010000000000000000", "30060101ff0201ff"})
    EXPECT_EQ(
        outcome_of(with_constraints(digits)),
        refused(ErrorKind::malformed, "'cabundle' entry 2 has a path length that makes no sense"));
}

// base/nitro-validator
TEST(OthersGetWrong, ThatADateWhichDoesNotExistIsNoOther) {
  for (const char* date : {"260230000000Z", "261301000000Z", "260101240000Z"}) {
    test::Forgery forgery(forged_at);
    forgery.chain[2].recipe.raw_not_after = date;
    EXPECT_EQ(outcome_of(forgery),
              refused(ErrorKind::malformed, "'cabundle' entry 2 has a date that does not exist"));
  }
}

// base/nitro-validator
TEST(OthersGetWrong, ThatABooleanOfDerIs00OrFf) {
  EXPECT_EQ(
      outcome_of(with_constraints("3006010101020101")),
      refused(ErrorKind::malformed, "'cabundle' entry 2 has basic constraints that are not DER"));
}

// base/nitro-validator
TEST(OthersGetWrong, ThatAnUnprotectedHeaderMustBeEmpty) {
  test::Forgery forgery(forged_at);
  forgery.unprotected_header = from_hex("a1044131").value();
  EXPECT_EQ(outcome_of(forgery),
            refused(ErrorKind::malformed, "the unprotected header of COSE_Sign1 is not empty"));
}

}  // namespace
}  // namespace reproduce::verify

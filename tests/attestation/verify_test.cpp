// What verify() accepts, and how it says no about time and trust. Documents that
// are wrong in one way each: refusals_test.cpp.

#include "reproduce/attestation/verify.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "support/forge.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/root.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::attestation {
namespace {

using Basis = EvaluationTime::Basis;
using test::forge;
using test::Forged;
using test::Forgery;

constexpr UnixSeconds forged_at = 1767225600;  // 2026-01-01T00:00:00Z
constexpr UnixSeconds hour = 3600;

VerifiedDocument verify_forged(const Forged& forged, const EvaluationTime& at) {
  return verify(forged.document, decode_certificate(forged.root), at);
}

EvaluationTime clock_at(UnixSeconds time) {
  return {.basis = Basis::now, .time = time};
}

/// The error that verify() ends with.
Error failure(const Forged& forged, const EvaluationTime& at) {
  try {
    (void)verify_forged(forged, at);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::bug, "verified");
}

TEST(AwsRoot, IsTheOneWhoseFingerprintAwsStates) {
  EXPECT_EQ(to_hex(aws_root_g1().fingerprint),
            "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");
  EXPECT_EQ(words(aws_root_g1().subject), "C=US, O=Amazon, OU=AWS, CN=aws.nitro-enclaves");
}

TEST(Verify, AcceptsAGoodDocumentInEveryFormOfItsFraming) {
  for (const bool tagged : {false, true}) {
    for (const bool indefinite : {false, true}) {
      Forgery forgery(forged_at);
      forgery.tagged = tagged;
      forgery.edit_payload = [&](test::Payload& payload) { payload.indefinite = indefinite; };
      const VerifiedDocument verified = verify_forged(forge(forgery), clock_at(forged_at + 60));
      EXPECT_EQ(verified.document().tagged, tagged);
      EXPECT_EQ(verified.document().indefinite_payload, indefinite);
      EXPECT_EQ(verified.document().pcrs, forgery.pcrs);
      EXPECT_EQ(verified.age(), 60);
    }
  }
}

TEST(Verify, HoldsUntilTheFirstCertificateEnds) {
  const Forged forged = forge(Forgery(forged_at));
  EXPECT_EQ(verify_forged(forged, clock_at(forged_at)).age(), 0);
  EXPECT_EQ(verify_forged(forged, clock_at(forged_at + 2 * hour - 1)).age(), 2 * hour - 1);
  // OpenSSL takes the last moment of a certificate as past already.
  const Error later = failure(forged, clock_at(forged_at + 2 * hour));
  EXPECT_EQ(later.kind(), ErrorKind::untrusted);
  EXPECT_STREQ(later.what(), "the certificate chain does not hold at this time");
  EXPECT_EQ(later.context().where.substr(0, 13), "'certificate'");
  EXPECT_EQ(later.context().got,
            "certificate has expired: valid from 2025-12-31T23:00:00Z to 2026-01-01T02:00:00Z, "
            "judged at 2026-01-01T02:00:00Z");
}

TEST(Verify, NamesTheCertificateThatHasExpiredFirstFromTheRoot) {
  const Forged forged = forge(Forgery(forged_at));
  const Error error = failure(forged, clock_at(forged_at + 100 * hour));
  EXPECT_EQ(error.context().where, "'cabundle' entry 2 (CN=zonal)");
}

TEST(Verify, HintsAtTheDocumentsOwnTimeOnlyWhereThatHelps) {
  Forgery forgery(forged_at);
  const Error late = failure(forge(forgery), clock_at(forged_at + 100 * hour));
  EXPECT_EQ(late.context().hint,
            "the document was valid at its own time, 2026-01-01T00:00:00Z: `--at document` shows "
            "that it is authentic, but not that it is fresh");

  // A chain that never held is a forgery, and that comes first.
  forgery.chain[3].recipe.issuer = "nobody";
  const Error forged = failure(forge(forgery), clock_at(forged_at + 100 * hour));
  EXPECT_STREQ(forged.what(), "the certificate chain does not hold");
  EXPECT_EQ(forged.context().hint, "");

  // A leaf that had ended before the document was made.
  Forgery stale(forged_at);
  stale.chain[4].recipe.not_after = forged_at - 1;
  const Error never = failure(forge(stale), clock_at(forged_at + hour));
  EXPECT_STREQ(never.what(), "the certificate chain does not hold at this time");
  EXPECT_EQ(never.context().hint, "");
}

TEST(Verify, AtItsOwnTimeADocumentHasNoAge) {
  const Forged forged = forge(Forgery(forged_at));
  const VerifiedDocument verified = verify_forged(forged, {.basis = Basis::document});
  EXPECT_EQ(verified.evaluated_at(), forged_at);
  EXPECT_EQ(verified.age(), 0);
  EXPECT_EQ(verified.basis(), Basis::document);
}

TEST(Verify, AllowsFiveMinutesOfClockSkewAndNotASecondMore) {
  const Forged forged = forge(Forgery(forged_at));
  const VerifiedDocument verified = verify_forged(forged, clock_at(forged_at - 300));
  EXPECT_EQ(verified.evaluated_at(), forged_at);
  const Error error = failure(forged, clock_at(forged_at - 301));
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_STREQ(error.what(), "the attestation document is from the future");
}

TEST(Verify, JudgesAFreshLeafByTheLaterOfTwoClocks) {
  Forgery forgery(forged_at);
  forgery.chain[4].recipe.not_before = forged_at - 1;
  EXPECT_NO_THROW((void)verify_forged(forge(forgery), clock_at(forged_at - 200)));
}

TEST(Verify, NamesBothFingerprintsOfAForeignRoot) {
  const Forged forged = forge(Forgery(forged_at));
  try {
    (void)verify(forged.document, aws_root_g1(), clock_at(forged_at));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_STREQ(error.what(), "the attestation document is of a foreign root");
    EXPECT_EQ(error.context().expected,
              "the root with SHA-256 "
              "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b (C=US, O=Amazon, "
              "OU=AWS, CN=aws.nitro-enclaves)");
    EXPECT_EQ(error.context().got, "the root with SHA-256 " +
                                       to_hex(decode_certificate(forged.root).fingerprint) +
                                       " (CN=throw-away root)");
  }
}

TEST(Verify, ReportsUnknownKeysAndRefusesThemWhenAsked) {
  Forgery forgery(forged_at);
  forgery.edit_payload = [](test::Payload& payload) {
    payload.add("flavour", test::cbor_text("vanilla"));
  };
  const Forged forged = forge(forgery);
  const VerifiedDocument verified = verify_forged(forged, clock_at(forged_at));
  EXPECT_EQ(verified.document().unknown_keys, std::vector<std::string>{"flavour"});
  try {
    (void)verify(forged.document, decode_certificate(forged.root), clock_at(forged_at),
                 UnknownKeys::refused);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_STREQ(error.what(), "the attestation document has the unknown key 'flavour'");
  }
}

TEST(Verify, DebugDocumentsAreAuthentic) {
  Forgery forgery(forged_at);
  for (const std::uint32_t index : {0U, 1U, 2U}) forgery.pcrs[index] = Bytes(48);
  EXPECT_NO_THROW((void)verify_forged(forge(forgery), clock_at(forged_at)));
}

// Genuine documents have sixteen registers; an enclave may extend the others. A
// validator elsewhere took the count of registers for the bound of their indices.
TEST(Verify, AcceptsRegistersWithGapsUpTo31) {
  Forgery forgery(forged_at);
  forgery.pcrs = {{0, Bytes(48, 1)}, {1, Bytes(48, 2)}, {2, Bytes(48, 3)}, {31, Bytes(48, 4)}};
  EXPECT_EQ(verify_forged(forge(forgery), clock_at(forged_at)).document().pcrs, forgery.pcrs);
  for (std::uint32_t index = 0; index < 32; ++index) forgery.pcrs[index] = Bytes(48, 5);
  EXPECT_EQ(verify_forged(forge(forgery), clock_at(forged_at)).document().pcrs.size(), 32U);
}

// The format has room for other digests, although no enclave has them today.
TEST(Verify, AcceptsRegistersOfTheThreeSizes) {
  Forgery forgery(forged_at);
  forgery.pcrs = {{0, Bytes(32, 1)}, {1, Bytes(48, 2)}, {2, Bytes(64, 3)}};
  EXPECT_EQ(verify_forged(forge(forgery), clock_at(forged_at)).document().pcrs, forgery.pcrs);
}

// AWS's text allows 512 bytes and no null; AWS's documents have 1024 bytes and nulls.
TEST(Verify, TellsAnAbsentFieldFromAnEmptyOne) {
  Forgery forgery(forged_at);
  forgery.edit_payload = [](test::Payload& payload) {
    payload.set("public_key", test::cbor_bytes(Bytes(1024, 7)));
    payload.set("user_data", test::cbor_bytes({}));
    payload.erase("nonce");
  };
  const Document document = verify_forged(forge(forgery), clock_at(forged_at)).document();
  EXPECT_EQ(document.public_key, Bytes(1024, 7));
  EXPECT_EQ(document.user_data, Bytes());
  EXPECT_EQ(document.nonce, std::nullopt);
}

TEST(Verify, AcceptsAnyKeyOrderAndLongFormsUnderTheSignature) {
  Forgery forgery(forged_at);
  forgery.edit_payload = [](test::Payload& payload) {
    std::ranges::reverse(payload.entries);
    payload.set("user_data", from_hex("5a0000000141").value());
  };
  EXPECT_EQ(verify_forged(forge(forgery), clock_at(forged_at)).document().user_data, Bytes{0x41});
}

TEST(Verify, AcceptsAShorterChain) {
  Forgery forgery(forged_at);
  forgery.chain.erase(forgery.chain.begin() + 1, forgery.chain.begin() + 4);
  forgery.chain[1].recipe.issuer = forgery.chain[0].recipe.subject;
  EXPECT_NO_THROW((void)verify_forged(forge(forgery), clock_at(forged_at)));
}

// ECDSA cannot tell (r, s) from (r, n - s), so a document's hash does not identify
// it. Nobody without the key makes more of it than that: what is said is the same.
TEST(Verify, AcceptsTheOtherSignatureThatEcdsaAllows) {
  Forgery forgery(forged_at);
  forgery.edit_signature = [](Bytes& signature) {
    const Bytes order = from_hex(
                            "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
                            "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973")
                            .value();
    int borrow = 0;
    for (std::size_t at = 48; at-- > 0;) {
      const int difference = order[at] - signature[48 + at] - borrow;
      borrow = difference < 0 ? 1 : 0;
      signature[48 + at] = static_cast<std::uint8_t>(difference + 256 * borrow);
    }
  };
  EXPECT_NO_THROW((void)verify_forged(forge(forgery), clock_at(forged_at)));
}

}  // namespace
}  // namespace reproduce::attestation

#include "reproduce/attestation/emulated.hpp"

#include <algorithm>
#include <string>

#include "support/checkout.hpp"
#include "support/refusal.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/encoding.hpp"
#include "reproduce/attestation/root.hpp"
#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::attestation {
namespace {

/// What QEMU 10.0.13 gave a guest that asked with user_data and a nonce.
Bytes document_of_qemu() {
  const Bytes text = read_file(test::checkout() / "tests/attestation/qemu_document.b64",
                               largest_input, "the document");
  return decode_input(text).document;
}

/// Where `digits` stand in `document`.
std::size_t place_of(const Bytes& document, const char* digits) {
  const Bytes wanted = from_hex(digits).value();
  // Not std::ranges::search, whose result clang 14 cannot read with this standard library.
  const auto found = std::search(document.begin(), document.end(), wanted.begin(), wanted.end());
  EXPECT_NE(found, document.end()) << digits;
  return static_cast<std::size_t>(found - document.begin());
}

void expect_refusal(const Bytes& document, const std::string& words) {
  const Error error = test::refusal_of([&] { (void)decode_emulated(document); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
}

TEST(EmulatedDocument, OfQemuSaysWhatItsGuestSaw) {
  const Claims claims = decode_emulated(document_of_qemu());
  EXPECT_EQ(claims.module_id, "e2e-module");
  EXPECT_EQ(claims.timestamp_ms, 1795544820000U);
  EXPECT_EQ(claims.pcrs.size(), 16U);
  // As `DescribePCR` told the same guest.
  EXPECT_EQ(to_hex(claims.pcrs.at(0)),
            "60139cfadb8cb43f3a336fd603ab1ef5339f6f2a33f0a872f5efb470e62ece63"
            "721f0f9fb529203c59b8e244e8e014f4");
  EXPECT_EQ(claims.pcrs.at(15), Bytes(48));
  EXPECT_EQ(claims.user_data, (Bytes{0xde, 0xad, 0xbe, 0xef}));
  EXPECT_EQ(claims.nonce, (Bytes{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(claims.public_key, std::nullopt);
}

TEST(EmulatedDocument, IsUntrustedAndCalledUnsigned) {
  const Error error = test::refusal_of([] {
    (void)verify(document_of_qemu(), aws_root_g1(), {.basis = EvaluationTime::Basis::document});
  });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_NE(std::string(error.what()).find("unsigned"), std::string::npos);
}

TEST(EmulatedDocument, CutOffAnywhereIsMalformed) {
  const Bytes document = document_of_qemu();
  for (std::size_t size = 0; size < document.size(); ++size) {
    const ByteView front = ByteView(document).first(size);
    EXPECT_EQ(test::kind_of([&] { (void)decode_emulated(front); }), ErrorKind::malformed) << size;
  }
}

TEST(EmulatedDocument, WithAByteBehindItIsMalformed) {
  Bytes document = document_of_qemu();
  document.push_back(0);
  EXPECT_EQ(test::kind_of([&] { (void)decode_emulated(document); }), ErrorKind::malformed);
}

TEST(EmulatedDocument, HoldsZerosWhereSignatureAndCertificatesWouldBe) {
  Bytes document = document_of_qemu();
  document.back() = 1;
  expect_refusal(document, "the signature");
  document = document_of_qemu();
  document[place_of(document, "6b63657274696669636174655840") + 14] = 1;  // "certificate"
  expect_refusal(document, "'certificate'");
  document = document_of_qemu();
  document[place_of(document, "68636162756e646c65815840") + 12] = 1;
  expect_refusal(document, "'cabundle' entry 0");
}

TEST(EmulatedDocument, HasNoUnprotectedHeader) {
  Bytes document = document_of_qemu();
  document[5] = 0xa1;  // one pair: the payload and the signature, and the array is short
  EXPECT_EQ(test::kind_of([&] { (void)decode_emulated(document); }), ErrorKind::malformed);
  document[5] = 0x80;
  expect_refusal(document, "the unprotected header");
}

TEST(EmulatedDocument, IsNotWhatAnythingElseIsTakenFor) {
  EXPECT_FALSE(is_emulated({}));
  const Bytes signed_by_aws = from_hex("8444a1013822").value();
  EXPECT_FALSE(is_emulated(signed_by_aws));
  expect_refusal(signed_by_aws, "not the document of an emulated security module");
}

}  // namespace
}  // namespace reproduce::attestation

// Documents of the NitroTPM: the same root and form, other registers, never taken for an enclave's.

#include <cstdint>
#include <string>

#include "support/forge.hpp"
#include "support/vectors.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/document.hpp"
#include "reproduce/attestation/root.hpp"
#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::attestation {
namespace {

constexpr UnixSeconds forged_at = 1767225600;  // 2026-01-01T00:00:00Z

Error failure(const test::Forged& forged, DocumentKind kind) {
  try {
    const Certificate root = decode_certificate(forged.root);
    (void)verify(forged.document, {.roots = {&root, 1}, .kind = kind}, {.time = forged_at});
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::bug, "verified");
}

test::Forgery nitrotpm() {
  test::Forgery forgery(forged_at);
  make_nitrotpm(forgery);
  return forgery;
}

TEST(NitroTpm, DocumentsVerifyAsWhatTheyAre) {
  const test::Forged forged = test::forge(nitrotpm());
  const Certificate root = decode_certificate(forged.root);
  const VerifiedDocument document = verify(
      forged.document, {.roots = {&root, 1}, .kind = DocumentKind::nitrotpm}, {.time = forged_at});
  EXPECT_EQ(document.document().kind, DocumentKind::nitrotpm);
  EXPECT_EQ(document.document().pcrs.size(), 24U);
  EXPECT_TRUE(document.document().unknown_keys.empty());
}

TEST(NitroTpm, DocumentsAreNeverTakenForAnEnclaves) {
  const Error error = failure(test::forge(nitrotpm()), DocumentKind::enclave);
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_STREQ(error.what(),
               "this is a NitroTPM document of an EC2 instance, not an enclave's document");
  EXPECT_NE(error.context().hint.find("--kind nitrotpm"), std::string::npos);
}

TEST(NitroTpm, IsNeverWhatAnEnclaveSpeaksFor) {
  const Error error = failure(test::forge(test::Forgery(forged_at)), DocumentKind::nitrotpm);
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_STREQ(error.what(),
               "this is an enclave's document, not a NitroTPM document of an EC2 instance");
}

TEST(NitroTpm, DocumentsWithBothKindsOfRegistersAreNeither) {
  test::Forgery forgery(forged_at);
  forgery.edit_payload = [](test::Payload& payload) {
    payload.add("nitrotpm_pcrs", from_hex("a1005830" + std::string(96, '0')).value());
  };
  for (const DocumentKind kind : {DocumentKind::enclave, DocumentKind::nitrotpm})
    EXPECT_EQ(failure(test::forge(forgery), kind).kind(), ErrorKind::malformed);
}

TEST(NitroTpm, HasNoRegisterBeyondATpms) {
  test::Forgery forgery = nitrotpm();
  forgery.pcrs.erase(0);
  forgery.pcrs[24] = Bytes(48);
  EXPECT_STREQ(failure(test::forge(forgery), DocumentKind::nitrotpm).what(),
               "'nitrotpm_pcrs' has a register that does not exist");
}

TEST(NitroTpm, GenuineDocumentsVerifyAtTheirOwnTimeAndByTheirOwnNameOnly) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  for (const char* file : {"lockboot_lockboot-1.cbor", "reclaimprotocol_attestor-core-9.cbor"}) {
    const Bytes bytes = test::read_vector(std::string("attestation/") + file);
    const EvaluationTime own{.basis = EvaluationTime::Basis::document};
    const VerifiedDocument document =
        verify(bytes, {.roots = {&aws_root_g1(), 1}, .kind = DocumentKind::nitrotpm}, own);
    EXPECT_NE(document.document().module_id.find("-tpm"), std::string::npos) << file;
    EXPECT_EQ(document.document().pcrs.size(), 24U) << file;
    EXPECT_THROW((void)verify(bytes, aws_root_g1(), own), Error) << file;
  }
}

}  // namespace
}  // namespace reproduce::attestation

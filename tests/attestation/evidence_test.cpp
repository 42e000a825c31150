#include "reproduce/attestation/evidence.hpp"

#include <string>

#include "support/checkout.hpp"
#include "support/forge.hpp"
#include "support/refusal.hpp"
#include "support/vectors.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::attestation {
namespace {

constexpr UnixSeconds forged_at = 1767225600;  // 2026-01-01T00:00:00Z

Evidence read_text(const std::string& text, const std::optional<std::string>& field = {}) {
  MemorySource source(as_bytes(text));
  return read_evidence(source, field);
}

Bytes nitrotpm() {
  test::Forgery forgery(forged_at);
  make_nitrotpm(forgery);
  return test::forge(forgery).document;
}

TEST(Evidence, IsOfTheKindThatItsRegistersName) {
  const Bytes enclave = test::forge(test::Forgery(forged_at)).document;
  EXPECT_EQ(decode_evidence(enclave).claims().kind, DocumentKind::enclave);
  EXPECT_EQ(decode_evidence(enclave).claims().pcrs.size(), 16U);
  EXPECT_EQ(decode_evidence(nitrotpm()).claims().kind, DocumentKind::nitrotpm);
  EXPECT_EQ(decode_evidence(nitrotpm()).claims().pcrs.size(), 24U);
  EXPECT_TRUE(decode_evidence(nitrotpm()).claims().unknown_keys.empty());
  EXPECT_FALSE(decode_evidence(nitrotpm()).is_emulated());
}

TEST(Evidence, IsOfTheKindThatWasAskedForOrRefused) {
  const Error error =
      test::refusal_of([] { (void)decode_evidence(nitrotpm(), DocumentKind::enclave); });
  EXPECT_STREQ(error.what(),
               "this is a NitroTPM document of an EC2 instance, not an enclave's document");
}

TEST(Evidence, OfBothKindsIsOfNone) {
  test::Forgery forgery(forged_at);
  forgery.edit_payload = [](test::Payload& payload) {
    payload.add("nitrotpm_pcrs", from_hex("a1005830" + std::string(96, '0')).value());
  };
  const Bytes document = test::forge(forgery).document;
  const Error error = test::refusal_of([&] { (void)decode_evidence(document); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_STREQ(error.what(),
               "the attestation document has registers of an enclave and of a NitroTPM");
}

TEST(Evidence, OfNoKindLacksItsRegisters) {
  test::Forgery forgery(forged_at);
  forgery.edit_payload = [](test::Payload& payload) { payload.erase("pcrs"); };
  const Bytes document = test::forge(forgery).document;
  EXPECT_STREQ(test::refusal_of([&] { (void)decode_evidence(document); }).what(),
               "the attestation document has no 'pcrs'");
}

TEST(Evidence, ThatNobodySignedIsKnownAsThat) {
  FileSource source(test::checkout() / "tests/attestation/qemu_document.b64");
  const Evidence evidence = read_evidence(source);
  EXPECT_TRUE(evidence.is_emulated());
  EXPECT_EQ(evidence.form, "base64");
  EXPECT_EQ(evidence.claims().kind, DocumentKind::enclave);
}

TEST(Evidence, IsTakenOutOfEveryWrapping) {
  const std::string digits = to_base64(nitrotpm());
  const std::string json = R"({"n":1,"result":{"document":")" + digits + R"("}})";
  const std::pair<std::string, std::string> wrapped[] = {
      {to_hex(nitrotpm()), "hexadecimal"},
      {json, "base64 in the field '/result/document' of JSON"},
      {"HTTP/2 200 \r\nserver: x\r\n\r\n" + json,
       "base64 in the field '/result/document' of JSON in an HTTP response"},
      {"-----BEGIN ATTESTATION-----\n" + digits + "\n-----END ATTESTATION-----\n", "armour"}};
  for (const auto& [text, form] : wrapped) {
    const Evidence evidence = read_text(text);
    EXPECT_EQ(evidence.form, form);
    EXPECT_EQ(evidence.claims().kind, DocumentKind::nitrotpm) << form;
  }
  EXPECT_EQ(read_text(json, "/result/document").claims().pcrs.size(), 24U);
  EXPECT_EQ(test::refusal_of([&] { (void)read_text(json, "n"); }).kind(), ErrorKind::malformed);
}

TEST(Evidence, OfEveryGenuineDocumentNamesItsKind) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  const auto index = nlohmann::json::parse(test::read_vector("attestation/index.json"));
  for (const auto& entry : index) {
    const std::string file = entry.at("file");
    const std::string kind = entry.at("class");
    if (kind == "not-authentic") continue;
    const Evidence evidence = decode_evidence(test::read_vector("attestation/" + file));
    EXPECT_EQ(name_of(evidence.claims().kind),
              kind == "not-an-enclave-document" ? "nitrotpm" : "enclave")
        << file;
  }
}

}  // namespace
}  // namespace reproduce::attestation

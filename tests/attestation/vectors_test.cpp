// Documents that others published: all of vectors/attestation, each by its class.

#include "support/vectors.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/attestation/document.hpp"
#include "reproduce/attestation/root.hpp"
#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::attestation {
namespace {

using Basis = EvaluationTime::Basis;

/// Long after every document of the vectors.
constexpr UnixSeconds year_2040 = 2208988800;

struct Vector {
  std::string file, kind;
  nlohmann::json facts;
  Bytes bytes;
};

std::vector<Vector> all_vectors() {
  const auto index = nlohmann::json::parse(test::read_vector("attestation/index.json"));
  std::vector<Vector> vectors;
  for (const auto& entry : index) {
    const std::string file = entry.at("file");
    vectors.push_back({file, entry.at("class"), entry, test::read_vector("attestation/" + file)});
  }
  return vectors;
}

/// The error that verify() ends with.
Error failure(const Vector& vector, const EvaluationTime& at) {
  try {
    (void)verify(vector.bytes, aws_root_g1(), at);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::bug, "verified");
}

class Vectors : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  }
};

TEST_F(Vectors, AuthenticDocumentsVerifyAtTheirOwnTimeWithWhatTheySay) {
  std::size_t authentic = 0;
  for (const Vector& vector : all_vectors()) {
    if (!vector.kind.starts_with("authentic")) continue;
    SCOPED_TRACE(vector.file);
    const VerifiedDocument verified =
        verify(vector.bytes, aws_root_g1(), {.basis = Basis::document});
    const Document& document = verified.document();
    EXPECT_EQ(document.module_id, vector.facts.at("module_id"));
    EXPECT_EQ(document.indefinite_payload, vector.facts.at("payload_map") == "indefinite");
    EXPECT_FALSE(document.tagged);
    EXPECT_EQ(document.pcrs.size(), vector.facts.at("pcr_count"));
    EXPECT_EQ(format_utc(document.time()),
              vector.facts.at("time").get<std::string>().substr(0, 19) + "Z");
    EXPECT_EQ(verified.age(), 0);
    EXPECT_TRUE(document.unknown_keys.empty());
    std::map<std::string, std::string> nonzero;
    for (const auto& [index, value] : document.pcrs)
      if (value != Bytes(value.size())) nonzero[std::to_string(index)] = to_hex(value);
    EXPECT_EQ(nlohmann::json(nonzero), vector.facts.at("nonzero_pcrs"));
    ++authentic;
  }
  EXPECT_GT(authentic, 30U);
}

TEST_F(Vectors, NoArchivedDocumentVerifiesLaterAndEachSaysHowItWould) {
  for (const Vector& vector : all_vectors()) {
    if (!vector.kind.starts_with("authentic")) continue;
    const Error error = failure(vector, {.basis = Basis::now, .time = year_2040});
    EXPECT_EQ(error.kind(), ErrorKind::untrusted) << vector.file;
    EXPECT_STREQ(error.what(), "the certificate chain does not hold at this time") << vector.file;
    EXPECT_NE(error.context().hint.find("--at document"), std::string::npos) << vector.file;
  }
}

TEST_F(Vectors, NoDocumentVerifiesBeforeItsOwnTime) {
  for (const Vector& vector : all_vectors()) {
    if (!vector.kind.starts_with("authentic")) continue;
    const UnixSeconds before = decode_document(vector.bytes).time() - 301;
    const Error error = failure(vector, {.basis = Basis::given, .time = before});
    EXPECT_STREQ(error.what(), "the attestation document is from the future") << vector.file;
  }
}

TEST_F(Vectors, ForgedDocumentsAreRefusedAtEveryTimeForTheirOwnReason) {
  const std::map<std::string, std::pair<ErrorKind, std::string>> reasons = {
      {"blocky_nitrite-2.cbor",
       {ErrorKind::malformed,
        "the unprotected header of COSE_Sign1 is not of the CBOR type it must be"}},
      {"fortanix_rust-sgx-2.cbor",
       {ErrorKind::untrusted, "the attestation document's signature does not hold"}},
      {"fortanix_rust-sgx-4.cbor",
       {ErrorKind::malformed, "'certificate' is not an X.509 certificate"}},
      {"marlinprotocol_oyster-monorepo-2.cbor",
       {ErrorKind::untrusted, "the attestation document is of a foreign root"}}};
  for (const Vector& vector : all_vectors()) {
    if (vector.kind != "not-authentic") continue;
    for (const EvaluationTime& at : {EvaluationTime{.basis = Basis::document},
                                     EvaluationTime{.basis = Basis::now, .time = year_2040}}) {
      const Error error = failure(vector, at);
      EXPECT_TRUE(error.kind() == ErrorKind::malformed || error.kind() == ErrorKind::untrusted);
      const auto reason = reasons.find(vector.file);
      if (reason == reasons.end()) continue;  // vectors that came later
      EXPECT_EQ(error.kind(), reason->second.first) << vector.file;
      EXPECT_EQ(error.what(), reason->second.second) << vector.file;
    }
  }
}

TEST_F(Vectors, NitroTpmDocumentsAreRefusedByName) {
  for (const Vector& vector : all_vectors()) {
    if (vector.kind != "not-an-enclave-document") continue;
    const Error error = failure(vector, {.basis = Basis::document});
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << vector.file;
    EXPECT_STREQ(error.what(),
                 "this is a NitroTPM document of an EC2 instance, not an enclave's document")
        << vector.file;
  }
}

}  // namespace
}  // namespace reproduce::attestation

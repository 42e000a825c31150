#include "reproduce/report/verdict.hpp"

#include <string>

#include "support/golden.hpp"
#include "support/toy_image.hpp"
#include "support/vectors.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/attestation/root.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/report/document.hpp"

namespace reproduce::report {
namespace {

using attestation::EvaluationTime;
using attestation::VerifiedDocument;
using verify::Outcome;

VerifiedDocument genuine_document(const std::string& name) {
  return attestation::verify(test::read_vector("attestation/" + name), attestation::aws_root_g1(),
                             {.basis = EvaluationTime::Basis::document});
}

measure::ImageMeasurements toy_measurements() {
  const Bytes image = test::ToyImage().bytes();
  MemorySource source(image);
  return measure::measure_image(source);
}

verify::Reference toy_reference() {
  return verify::reference_of("toy.eif", toy_measurements());
}

verify::Verdict judge_toy(const VerifiedDocument& document, const verify::Policy& policy = {}) {
  const verify::Reference reference = toy_reference();
  return verify::judge({&reference, 1}, document, policy);
}

/// Marks what would be coloured.
std::string mark(std::string_view word, Outcome outcome) {
  return std::string(verify::name_of(outcome)) + "<" + std::string(word) + ">";
}

/// No colours.
std::string plain(std::string_view word, Outcome /*outcome*/) {
  return std::string(word);
}

class VerdictReport : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  }
};

TEST_F(VerdictReport, TextIsAsPeopleKnowIt) {
  const VerifiedDocument document = genuine_document("MystenLabs_nautilus-1.cbor");
  const verify::Verdict verdict = judge_toy(document);
  test::expect_golden("verify.txt", verdict_text(verdict, toy_reference(), {.paint = plain}));
}

TEST_F(VerdictReport, JsonIsAsMachinesKnowIt) {
  const VerifiedDocument document = genuine_document("capeprivacy_cape-js-2.cbor");
  const verify::Verdict verdict =
      judge_toy(document, {.nonce = verify::Rule<Bytes>{{1, 2, 3}, "--nonce"}});
  const verify::Reference reference = toy_reference();
  const std::string json = verdict_json(verdict, {&reference, 1}, document);
  EXPECT_EQ(nlohmann::json::parse(json).at("schema"), "reproduce/verify/1");
  test::expect_golden("verify.json", json);
}

TEST_F(VerdictReport, DocumentsAreShownWholeOrShortened) {
  const VerifiedDocument document = genuine_document("Epsilon-Data_nitro-verify-1.cbor");
  test::expect_golden("document.txt", document_text(document.document(), false));
  const std::string whole = document_text(document.document(), true);
  EXPECT_NE(whole.find(to_hex(*document.document().user_data)), std::string::npos);
}

TEST_F(VerdictReport, ColoursSayNothingThatWordsDoNot) {
  const VerifiedDocument document = genuine_document("hf_nitrite-1.cbor");
  const verify::Verdict verdict = judge_toy(document);
  const std::string text = verdict_text(verdict, toy_reference(), {.paint = mark});
  for (const char* marked : {"pass<pass>", "fail<FAIL>", "warning<warning>", "not_checked<->",
                             "fail<MISMATCH>", "fail<no:>"})
    EXPECT_NE(text.find(marked), std::string::npos) << marked << "\n" << text;
}

/// A verdict on one register.
verify::Verdict verdict_on(std::optional<Bytes> image, std::optional<Bytes> attested) {
  verify::Verdict verdict;
  verdict.registers.push_back({0, std::move(image), std::move(attested)});
  verdict.reason = "because";
  return verdict;
}

TEST(VerdictText, ShortensDigestsOnlyWhileTheyStayDistinct) {
  const auto line = [](Bytes image, Bytes attested, bool whole) {
    return verdict_text(verdict_on(std::move(image), std::move(attested)), {},
                        {.whole_digests = whole, .paint = plain});
  };
  Bytes late(48, 0xaa);
  late.back() = 0xab;
  const std::string all(96, 'a');
  EXPECT_NE(
      line(Bytes(48, 0xaa), Bytes(48, 0xbb), false)
          .find("PCR0  MISMATCH  image aaaaaaaaaaaaaaaa\u2026  attested bbbbbbbbbbbbbbbb\u2026"),
      std::string::npos);
  EXPECT_NE(line(Bytes(48, 0xaa), late, false).find("image " + all + "  attested a"),
            std::string::npos);
  EXPECT_NE(line(Bytes(48, 0xaa), Bytes(48, 0xbb), true).find(all), std::string::npos);
  EXPECT_NE(
      line(Bytes(48, 0xaa), Bytes(48, 0xaa), false).find("PCR0  match     aaaaaaaaaaaaaaaa\u2026"),
      std::string::npos);
}

TEST(VerdictText, SaysWhichSideMissesARegister) {
  const std::string text =
      verdict_text(verdict_on(Bytes(48, 0xaa), std::nullopt), {}, {.paint = plain});
  EXPECT_NE(text.find("PCR0  MISSING   image aaaaaaaaaaaaaaaa\u2026  attested none"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("no: because"), std::string::npos);
}

TEST(VerdictText, NeverPrintsHostileBytes) {
  verify::Verdict verdict = verdict_on(Bytes(48), Bytes(48));
  verdict.reason = "words\x1b[2J";
  verdict.checks.push_back({.name = "signer", .words = "CN=\x1b]0;owned\x07\nyes: fine"});
  const std::string text = verdict_text(verdict, {}, {.paint = plain});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\nyes: fine"), std::string::npos);
}

}  // namespace
}  // namespace reproduce::report

#include "reproduce/verify/policy.hpp"

#include <string>

#include "support/forge.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/measure/parent_pcrs.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::verify {
namespace {

using attestation::DocumentKind;
using attestation::VerifiedDocument;

constexpr UnixSeconds forged_at = 1767225600;  // 2026-01-01T00:00:00Z

Reference reference_named(const std::string& name, std::uint8_t first = 0x11) {
  Reference reference{.name = name, .kind = ReferenceKind::registers};
  for (const std::uint32_t index : {0U, 1U, 2U})
    reference.registers[index] = Bytes(48, static_cast<std::uint8_t>(first * (index + 1)));
  return reference;
}

VerifiedDocument verified(const test::Forgery& forgery, DocumentKind kind = DocumentKind::enclave) {
  const test::Forged forged = test::forge(forgery);
  const Certificate root = decode_certificate(forged.root);
  return attestation::verify(forged.document, {.roots = {&root, 1}, .kind = kind},
                             {.time = forged_at});
}

Verdict judged(const test::Forgery& forgery, const Policy& policy) {
  const Reference reference = reference_named("v1.json");
  return judge({&reference, 1}, verified(forgery), policy);
}

const Check& check(const Verdict& verdict, std::string_view name) {
  for (const Check& each : verdict.checks)
    if (each.name == name) return each;
  throw Error(ErrorKind::bug, "no such check");
}

test::Forgery with_field(const char* key, const Bytes& value) {
  test::Forgery forgery(forged_at);
  forgery.edit_payload = [=](test::Payload& payload) { payload.set(key, test::cbor_bytes(value)); };
  return forgery;
}

Bytes as_value(const Sha384Digest& digest) {
  return {digest.begin(), digest.end()};
}

ErrorKind kind_of_failure(const auto& work) {
  try {
    (void)work();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::bug;
}

TEST(Content, IsHexadecimalOrADigest) {
  EXPECT_EQ(parse_content("00ff")->value, (Bytes{0, 0xff}));
  EXPECT_EQ(parse_content("sha256:" + std::string(64, 'a'))->form, ExpectedContent::Form::sha256);
  EXPECT_EQ(parse_content("sha384:" + std::string(96, 'a'))->form, ExpectedContent::Form::sha384);
  for (const std::string& text :
       {std::string(), std::string("0"), std::string("sha256:"), "sha256:" + std::string(62, 'a'),
        "sha384:" + std::string(64, 'a'), std::string("sha512:00"), std::string("zz")})
    EXPECT_FALSE(parse_content(text)) << text;
}

// FIPS 180-4's example "abc".
TEST(Content, IsMetByWhatHasTheDigest) {
  const Bytes abc{'a', 'b', 'c'};
  EXPECT_TRUE(
      parse_content("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
          ->is_met_by(abc));
  EXPECT_TRUE(
      parse_content("sha384:cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                    "8086072ba1e7cc2358baeca134c825a7")
          ->is_met_by(abc));
  EXPECT_TRUE(parse_content("616263")->is_met_by(abc));
  EXPECT_FALSE(parse_content("6162")->is_met_by(abc));
}

TEST(Serials, AreReadAsPeopleAndOpensslWriteThem) {
  const Serials serials =
      parse_serials("# revoked in May\n0180CFCF\n01:80:cf:cf:dc # again\n\r\n0x00ab\nf\n");
  EXPECT_EQ(serials,
            (Serials{{0x01, 0x80, 0xcf, 0xcf}, {0x01, 0x80, 0xcf, 0xcf, 0xdc}, {0xab}, {0xf}}));
}

TEST(Serials, ThatAreNoneAreRefusedWithTheirLine) {
  for (const char* text : {"", "# nobody\n", "xyz\n", "1:23\n", ":12\n", "12:\n", "12 34\n"})
    EXPECT_EQ(kind_of_failure([&] { return parse_serials(text); }), ErrorKind::malformed) << text;
  try {
    (void)parse_serials("ab\n\nno\n");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.context().source->line, 3U);
  }
}

TEST(Policy, HoldsUserDataAndPublicKeyToWhatIsExpected) {
  const Bytes value{1, 2, 3};
  const auto outcomes = [&](const char* key, const std::string& text) {
    const Rule<ExpectedContent> rule{parse_content(text).value(), "policy.toml:4"};
    Policy policy;
    (std::string(key) == "user_data" ? policy.user_data : policy.public_key) = rule;
    const Verdict verdict = judged(with_field(key, value), policy);
    EXPECT_EQ(check(verdict, key).source, "policy.toml:4");
    EXPECT_EQ(verdict.is_yes(), check(verdict, key).outcome == Outcome::pass);
    EXPECT_FALSE(judged(test::Forgery(forged_at), policy).is_yes());  // it has neither
    return check(verdict, key).outcome;
  };
  for (const char* key : {"user_data", "public_key"}) {
    EXPECT_EQ(outcomes(key, "010203"), Outcome::pass);
    EXPECT_EQ(outcomes(key, "010204"), Outcome::fail);
    EXPECT_EQ(outcomes(key, "sha256:" + to_hex(sha256(value))), Outcome::pass);
    EXPECT_EQ(outcomes(key, "sha384:" + std::string(96, '0')), Outcome::fail);
  }
}

TEST(Policy, HoldsRegistersOfTheParentToTheirNames) {
  test::Forgery forgery(forged_at);
  const std::string role = "arn:aws:iam::123456789012:role/Webserver";
  forgery.pcrs[3] = as_value(measure::parent_register(role));
  const auto policy_for = [](const std::string& arn) {
    Policy policy;
    policy.registers.push_back(
        {{.index = 3, .value = as_value(measure::parent_register(arn)), .of = "the role " + arn},
         "policy.toml:3"});
    return policy;
  };
  EXPECT_TRUE(judged(forgery, policy_for(role)).is_yes());
  const Verdict other = judged(forgery, policy_for(role + "2"));
  EXPECT_FALSE(other.is_yes());
  EXPECT_EQ(other.reason, "the registers match, but PCR3 is not that of the role " + role + "2");
  EXPECT_EQ(check(other, "pcr3").source, "policy.toml:3");

  Policy instance;
  instance.instance = {"i-0123456789abcdef0", "--instance"};
  EXPECT_TRUE(judged(forgery, instance).is_yes());
  instance.instance->value = "i-0123456789abcdef1";
  EXPECT_FALSE(judged(forgery, instance).is_yes());
  // PCR4 alone is not enough: module_id must be of the same instance.
  forgery.pcrs[4] = as_value(measure::parent_register("i-0123456789abcdef1"));
  EXPECT_EQ(judged(forgery, instance).reason,
            "the registers match, but PCR4 is that of i-0123456789abcdef1, and module_id is of "
            "another instance");
}

TEST(Policy, MakesInconsistentNamesANoWhereThatIsAsked) {
  test::Forgery forgery(forged_at);
  Policy policy;
  policy.consistent = {true, "--consistent"};
  EXPECT_TRUE(judged(forgery, policy).is_yes());
  forgery.pcrs[4] = Bytes(48, 4);
  EXPECT_TRUE(judged(forgery, {}).is_yes());
  EXPECT_FALSE(judged(forgery, policy).is_yes());
  test::Forgery signer(forged_at);
  signer.chain.back().recipe.subject = "somebody";
  EXPECT_TRUE(judged(signer, {}).is_yes());
  EXPECT_FALSE(judged(signer, policy).is_yes());
}

TEST(Policy, RequiresRegistersThatSomebodyMustPin) {
  Policy policy;
  policy.required.push_back({16, "policy.toml:2"});
  test::Forgery forgery(forged_at);
  forgery.pcrs[16] = Bytes(48, 7);
  EXPECT_EQ(kind_of_failure([&] { return judged(forgery, policy); }), ErrorKind::usage);
  policy.registers.push_back({{.index = 16, .value = Bytes(48, 7)}, "--pcr"});
  EXPECT_TRUE(judged(forgery, policy).is_yes());
  forgery.pcrs.erase(16);
  EXPECT_FALSE(judged(forgery, policy).is_yes());
  // Zero is what a register is that nobody extended.
  policy.registers.back().value.value = Bytes(48);
  forgery.pcrs[16] = Bytes(48);
  EXPECT_FALSE(judged(forgery, policy).is_yes());
}

TEST(Policy, RefusesWhatRevokedKeysSigned) {
  test::Forgery forgery(forged_at);
  const VerifiedDocument document = verified(forgery);
  Policy policy;
  policy.denied_serials = {Serials{{0x77}}, "serials.txt"};
  EXPECT_NO_THROW(refuse_denied(document, policy));
  const Reference reference = reference_named("v1.json");
  EXPECT_EQ(check(judge({&reference, 1}, document, policy), "serials").outcome, Outcome::pass);
  policy.denied_serials->value.insert(document.document().cabundle[2].serial);
  EXPECT_EQ(kind_of_failure([&] {
              return judge({&reference, 1}, document, policy);
            }),
            ErrorKind::untrusted);
}

TEST(Policy, TakesAnyOfSeveralReferencesAndSaysWhich) {
  std::vector<Reference> references{reference_named("v1.json", 0x21), reference_named("v2.json"),
                                    reference_named("v3.json", 0x31)};
  const VerifiedDocument document = verified(test::Forgery(forged_at));
  const Verdict verdict = judge(references, document, {});
  EXPECT_TRUE(verdict.is_yes());
  EXPECT_EQ(verdict.reference, 1U);
  EXPECT_EQ(check(verdict, "reference").words,
            "the document meets 'v2.json', one of 3 that will do");
  references.erase(references.begin() + 1);
  references[1].registers[2] = Bytes(48, 0x33);  // nearer
  const Verdict none = judge(references, document, {});
  EXPECT_FALSE(none.is_yes());
  EXPECT_EQ(none.reference, 1U);
  EXPECT_EQ(check(none, "reference").words,
            "the document meets none of 2 references; 'v3.json' is the nearest");
}

// Two halves of two references are no reference.
TEST(Policy, NeverJoinsReferences) {
  std::vector<Reference> references{reference_named("a"), reference_named("b")};
  references[0].registers[0] = Bytes(48, 0xaa);
  references[1].registers[1] = Bytes(48, 0xbb);
  EXPECT_FALSE(judge(references, verified(test::Forgery(forged_at)), {}).is_yes());
}

TEST(Policy, ComparesAllThatAReferencePins) {
  Reference reference = reference_named("v1.json");
  reference.registers[16] = Bytes(48, 7);
  test::Forgery forgery(forged_at);
  const Verdict without = judge({&reference, 1}, verified(forgery), {});
  EXPECT_FALSE(without.is_yes());
  EXPECT_EQ(without.reason, "PCR0, PCR1 and PCR2 match, but PCR16 does not");
  forgery.pcrs[16] = Bytes(48, 7);
  EXPECT_TRUE(judge({&reference, 1}, verified(forgery), {}).is_yes());
}

TEST(Policy, WarnsWhereNothingSaysWhoSignedTheImage) {
  test::Forgery forgery(forged_at);
  forgery.pcrs[8] = Bytes(48, 8);
  const Verdict verdict = judged(forgery, {});
  EXPECT_TRUE(verdict.is_yes());
  EXPECT_EQ(check(verdict, "image-signer").outcome, Outcome::warning);
  Policy policy;
  policy.registers.push_back({{.index = 8, .value = Bytes(48, 8)}, "--pcr"});
  EXPECT_THROW((void)check(judged(forgery, policy), "image-signer"), Error);
}

TEST(Policy, JudgesANitroTpmByItsOwnRegisters) {
  test::Forgery forgery(forged_at);
  make_nitrotpm(forgery);
  forgery.pcrs[4] = Bytes(48, 4);
  forgery.pcrs[7] = Bytes(48, 7);
  const VerifiedDocument document = verified(forgery, DocumentKind::nitrotpm);
  Reference reference{.name = "tpm.json", .kind = ReferenceKind::registers};
  reference.registers = {{4, Bytes(48, 4)}, {7, Bytes(48, 7)}, {12, Bytes(48)}};
  EXPECT_NO_THROW(require_complete(reference, DocumentKind::nitrotpm));
  Policy policy;
  policy.kind = DocumentKind::nitrotpm;
  const Verdict verdict = judge({&reference, 1}, document, policy);
  EXPECT_TRUE(verdict.is_yes());
  EXPECT_EQ(verdict.reason, "this instance was started as expected");
  reference.registers[7] = Bytes(48, 8);
  EXPECT_EQ(judge({&reference, 1}, document, policy).reason,
            "this instance was not started as expected; PCR7 differs");
  // An enclave's rules have no meaning for it, nor its document for an enclave's judge.
  policy.instance = {"i-0123456789abcdef0", "--instance"};
  EXPECT_EQ(kind_of_failure([&] {
              return judge({&reference, 1}, document, policy);
            }),
            ErrorKind::usage);
  EXPECT_EQ(kind_of_failure([&] { return judge({&reference, 1}, document, {}); }), ErrorKind::bug);
}

TEST(Policy, NeedsAllThreeRegistersOfANitroTpm) {
  for (const std::uint32_t index : {4U, 7U, 12U}) {
    Reference reference{.name = "tpm.json", .kind = ReferenceKind::registers};
    reference.registers = {{4, Bytes(48, 4)}, {7, Bytes(48, 7)}, {12, Bytes(48)}};
    reference.registers.erase(index);
    EXPECT_EQ(kind_of_failure([&] {
                require_complete(reference, DocumentKind::nitrotpm);
                return 0;
              }),
              ErrorKind::malformed);
  }
}

TEST(Explanation, SaysWhatADebugDocumentIsGoodFor) {
  test::Forgery forgery(forged_at);
  for (const std::uint32_t index : {0U, 1U, 2U}) forgery.pcrs[index] = Bytes(48);
  const Reference reference = reference_named("v1.json");
  const VerifiedDocument document = verified(forgery);
  const Verdict verdict = judge({&reference, 1}, document, {});
  EXPECT_FALSE(verdict.is_yes());
  std::string text;
  for (const std::string& sentence : explain(verdict, document, {})) text += sentence + "\n";
  EXPECT_NE(text.find("registers that say something all the same: PCR4"), std::string::npos);
  EXPECT_NE(text.find("for a decision, never"), std::string::npos);
}

TEST(Explanation, SaysHowFarAYesReaches) {
  const Reference reference = reference_named("v1.json");
  const VerifiedDocument document = verified(with_field("nonce", {7}));
  Policy policy;
  const auto text = [&] {
    std::string sentences;
    for (const std::string& sentence :
         explain(judge({&reference, 1}, document, policy), document, policy))
      sentences += sentence + "\n";
    return sentences;
  };
  EXPECT_NE(text().find("anybody who saw this document can show it again"), std::string::npos);
  policy.nonce = {Bytes{7}, "--nonce"};
  EXPECT_NE(text().find("it has the nonce that was asked for"), std::string::npos);
  EXPECT_NE(text().find("as expected: PCR0, PCR1, PCR2"), std::string::npos);
}

TEST(Agreement, ComparesAnImageWithPublishedValues) {
  Reference image = reference_named("app.eif");
  image.kind = ReferenceKind::image;
  std::vector<Reference> published{reference_named("old.json", 0x21), reference_named("new.json")};
  const Agreement agreement = compare_with(image, published);
  EXPECT_TRUE(agreement.is_yes());
  EXPECT_EQ(agreement.reason, "this image is the one that 'new.json' publishes");
  published.pop_back();
  EXPECT_EQ(compare_with(image, published).reason,
            "this image is not the one that 'old.json' publishes; PCR0, PCR1 and PCR2 differ");
  // A register that an image has not is no part of what it could agree with.
  published[0] = reference_named("more.json");
  published[0].registers[3] = Bytes(48, 3);
  EXPECT_FALSE(compare_with(image, published).is_yes());
  EXPECT_FALSE(Agreement{}.is_yes());
  EXPECT_THROW((void)compare_with(image, {}), Error);
}

}  // namespace
}  // namespace reproduce::verify

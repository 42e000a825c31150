#include "reproduce/diff/pins.hpp"

#include <string>

#include "diff/toy_pair.hpp"
#include "support/forge.hpp"
#include "support/refusal.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/report/diff.hpp"

namespace reproduce::diff {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string digits(char digit) {
  return std::string(96, digit);
}

Pins pins_of(const std::string& text, const std::string& name = "file") {
  const RandomAccessBytes file(as_bytes(text));
  return read_pins(detect_subject(file), name, file);
}

Pins pins_of_toy(const test::ToySpec& spec = {}) {
  const Bytes bytes = spec.image().bytes();
  const RandomAccessBytes file(bytes);
  return pins_of_image("toy.eif", file, inspect::inspect_image(file), true);
}

/// What nitro-cli describe-eif prints of it, as far as it matters here.
std::string nitro_cli(const Pins& pins, std::uint32_t changed = 99) {
  std::string text = R"({"Measurements":{"HashAlgorithm":"Sha384 { ... }")";
  for (const auto& [index, value] : pins.registers)
    text += ",\"PCR" + std::to_string(index) + "\":\"" +
            (index == changed ? digits('a') : to_hex(value)) + "\"";
  return text + "}}";
}

TEST(DiffSubjects, AreToldApartByContent) {
  const auto kind = [](const std::string& text) {
    const RandomAccessBytes file(as_bytes(text));
    return detect_subject(file);
  };
  EXPECT_EQ(kind(".eif and so on"), SubjectKind::image);
  EXPECT_EQ(kind("  {\"PCR0\": \"\"}"), SubjectKind::pcr_file);
  EXPECT_EQ(kind("{\n  \"schema\": \"reproduce/lock/1\",\n"), SubjectKind::lock);
  EXPECT_EQ(kind(digits('a') + " PCR0\n" + digits('b') + " PCR1\n"), SubjectKind::pcr_file);
  const Bytes document = test::forge(test::Forgery(1'700'000'000)).document;
  EXPECT_EQ(kind(std::string(as_text(document))), SubjectKind::document);
  EXPECT_EQ(kind(to_base64(document)), SubjectKind::document);
  EXPECT_EQ(kind(to_hex(document)), SubjectKind::document);
  EXPECT_THROW((void)kind("neither of them"), Error);
  EXPECT_THROW((void)kind(""), Error);
}

TEST(DiffSubjects, WrappedDocumentsAreDocuments) {
  const auto kind = [](const std::string& text, const std::optional<std::string>& field = {}) {
    const RandomAccessBytes file(as_bytes(text));
    return detect_subject(file, field);
  };
  const std::string document = to_base64(test::forge(test::Forgery(1'700'000'000)).document);
  const std::string field = R"("document":")" + document + "\"";
  EXPECT_EQ(kind("{" + field + "}"), SubjectKind::document);
  EXPECT_EQ(kind("[\"" + document + "\"]"), SubjectKind::document);
  EXPECT_EQ(kind("HTTP/2 200 \r\n\r\n{" + field + "}"), SubjectKind::document);
  EXPECT_EQ(kind("-----BEGIN A-----\n" + document + "\n-----END A-----"), SubjectKind::document);
  // What could be meant as either is neither, until the field is named.
  const std::string both = "{" + field + R"(,"pcrs":{"PCR0":")" + digits('a') + "\"}}";
  EXPECT_EQ(kind(both, "document"), SubjectKind::document);
  const Error error = test::refusal_of([&] { (void)kind(both); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "the JSON states registers and holds an attestation document");
}

TEST(DiffPins, AreTakenOutOfAWrapping) {
  test::Forgery forgery(1'700'000'000);
  const Pins image = pins_of_toy();
  for (const auto& [index, value] : image.registers) forgery.pcrs[index] = value;
  const std::string document = to_base64(test::forge(forgery).document);
  const Pins wrapped = pins_of("HTTP/2 200 \r\n\r\n{\"a\":\"" + document + "\"}");
  EXPECT_EQ(wrapped.side.form, "base64 in the field '/a' of JSON in an HTTP response");
  const Comparison comparison = compare_pins(image, wrapped);
  EXPECT_TRUE(comparison.same);
  EXPECT_THAT(report::diff_text(
                  comparison, {.strong = [](std::string_view text) { return std::string(text); }}),
              HasSubstr(", base64 in the field '/a' of JSON in an HTTP response)"));
  EXPECT_THAT(report::diff_json(comparison), HasSubstr(R"("encoding": "base64 in the field '/a')"));
}

TEST(DiffPins, NeverCompareANitroTpmWithAnEnclave) {
  test::Forgery forgery(1'700'000'000);
  const Pins enclave = pins_of(to_base64(test::forge(forgery).document));
  make_nitrotpm(forgery);
  forgery.pcrs[4] = Bytes(48, 0xaa);
  const Pins tpm = pins_of(to_base64(test::forge(forgery).document));
  EXPECT_EQ(name_of(tpm.side.kind), "nitrotpm-document");
  const auto expect_refused = [](const Pins& before, const Pins& after) {
    const Error error = test::refusal_of([&] { (void)compare_pins(before, after); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(),
                 "the registers of a NitroTPM are not compared with those of an enclave");
  };
  for (const Pins& other : {pins_of_toy(), enclave}) {
    expect_refused(tpm, other);
    expect_refused(other, tpm);
  }
  EXPECT_TRUE(compare_pins(tpm, tpm).same);
  EXPECT_TRUE(compare_pins(tpm, pins_of(digits('a') + " PCR4")).same);
  // Zeros are values of a TPM's registers, and no region of an enclave's image moves them.
  EXPECT_THAT(
      compare_pins(
          pins_of(digits('b') + " PCR1\n" + digits('a') + " PCR4\n" + digits('0') + " PCR12"), tpm)
          .headline,
      ElementsAre("PCR1 moved; PCR4 and PCR12 are untouched"));
}

TEST(DiffPins, FindNothingBetweenAnImageAndItsRegisters) {
  const Pins image = pins_of_toy();
  const Comparison comparison = compare_pins(image, pins_of(nitro_cli(image)));
  EXPECT_TRUE(comparison.same);
  EXPECT_THAT(comparison.headline,
              ElementsAre("nothing that both pin differs: PCR0, PCR1 and PCR2 are equal"));
}

TEST(DiffPins, SayWhereTheCauseLiesAsFarAsRegistersTell) {
  const Pins image = pins_of_toy();
  EXPECT_THAT(compare_pins(image, pins_of(nitro_cli(image, 2))).headline,
              ElementsAre("PCR2 moved; PCR0 and PCR1 are untouched, so the cause lies in the "
                          "ramdisks behind the first"));
  EXPECT_THAT(compare_pins(image, pins_of(nitro_cli(image, 1))).headline.front(),
              HasSubstr("so the cause lies in kernel, cmdline or the first ramdisk"));
}

TEST(DiffPins, RefuseSubjectsWithoutARegisterInCommon) {
  try {
    (void)compare_pins(pins_of(digits('a') + " PCR3"), pins_of(digits('a') + " PCR4"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
  }
}

TEST(DiffPins, TakeZerosOfADocumentForNoSignature) {
  test::Forgery forgery(1'700'000'000);
  const Pins image = pins_of_toy();
  for (const auto& [index, value] : image.registers) forgery.pcrs[index] = value;
  const Bytes document = test::forge(forgery).document;
  const Pins attested = pins_of(std::string(as_text(document)));
  const Comparison comparison = compare_pins(image, attested);
  EXPECT_TRUE(comparison.same) << comparison.headline.front();
  // Registers of the instance are the document's alone.
  EXPECT_FALSE(comparison.registers.back().comparable);
  EXPECT_THAT(comparison.notes, ElementsAre(HasSubstr("diff does not verify documents")));
  forgery.pcrs[8] = Bytes(48, 7);
  const Bytes by_signer = test::forge(forgery).document;
  const Comparison other = compare_pins(image, pins_of(std::string(as_text(by_signer))));
  EXPECT_THAT(other.headline.front(), HasSubstr("PCR8 moved"));
}

TEST(DiffPins, CompareLocksByInputs) {
  const Pins image = pins_of_toy();
  const auto lock = [&](std::uint64_t size) {
    manifest::Lock made;
    made.writers = {{"eif", "eif/4"}};
    made.inputs.push_back({.kind = manifest::InputKind::file, .name = "app", .size = size});
    made.image = *image.image;
    for (const auto& [index, value] : image.registers)
      std::copy(value.begin(), value.end(), made.image.registers[index].begin());
    return manifest::write_lock(made);
  };
  EXPECT_TRUE(compare_pins(pins_of(lock(5)), pins_of(lock(5))).same);
  EXPECT_TRUE(compare_pins(pins_of(lock(5)), image).same);
  const Comparison comparison = compare_pins(pins_of(lock(5)), pins_of(lock(6)));
  EXPECT_FALSE(comparison.same);
  EXPECT_THAT(comparison.headline.back(),
              HasSubstr("input file 'app' 5 bytes, 000000000000\u2026 -> 6 bytes"));
}

TEST(DiffPins, CompareALockWithAnImageByDigestAndSections) {
  const Pins image = pins_of_toy();
  test::ToySpec spec;
  spec.second.push_back({.name = "more"});
  const Comparison comparison = compare_pins(image, pins_of_toy(spec));
  EXPECT_THAT(comparison.headline.front(), HasSubstr("PCR0 and PCR2 moved; PCR1 is untouched"));
  std::vector<std::string> what;
  for (const Difference& difference : comparison.pins) what.push_back(difference.what);
  ASSERT_THAT(what, ElementsAre("crc32", "sha256"));
  EXPECT_THAT(comparison.pins.front().before, StartsWith("0x"));
}

}  // namespace
}  // namespace reproduce::diff

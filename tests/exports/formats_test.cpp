#include "reproduce/exports/formats.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::exports {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

Sha384Digest filled(std::uint8_t value) {
  Sha384Digest digest;
  digest.fill(value);
  return digest;
}

Reference three_registers() {
  return {.name = "app", .registers = {{0, filled(0xaa)}, {1, filled(0xbb)}, {2, filled(0xcc)}}};
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(Exports, WritesRegistersAsNitroCliDoes) {
  const json document = json::parse(nitro_cli_json(three_registers()));
  EXPECT_EQ(document["Measurements"]["HashAlgorithm"], "Sha384 { ... }");
  EXPECT_EQ(document["Measurements"]["PCR1"], repeated("bb", 48));
  EXPECT_EQ(document["Measurements"].size(), 4);
}

TEST(Exports, WritesRegistersAsLines) {
  EXPECT_THAT(register_lines(three_registers()), HasSubstr(repeated("cc", 48) + " PCR2\n"));
  EXPECT_THAT(environment_lines(three_registers()), HasSubstr("PCR0=" + repeated("aa", 48) + "\n"));
}

// By Python's hashlib: SHA-256 of 00010007, the three values and 48 zeros.
TEST(Exports, WritesTheImageIdOfOyster) {
  EXPECT_EQ(image_id(three_registers()),
            "6c6584e4a80153c901d5d91d6b9fbc6752b6153fa0b4172bd1dcd328728ed7f4\n");
}

TEST(Exports, WritesAConditionForEveryRegister) {
  Reference reference = three_registers();
  reference.registers.emplace(8, filled(0xdd));
  const json condition = json::parse(kms_condition(reference))["Condition"];
  ASSERT_EQ(condition.size(), 1);
  const json& values = condition["StringEqualsIgnoreCase"];
  EXPECT_EQ(values.size(), 4);
  EXPECT_EQ(values["kms:RecipientAttestation:PCR0"], repeated("aa", 48));
  EXPECT_EQ(values["kms:RecipientAttestation:PCR8"], repeated("dd", 48));
}

// Encoded by Python's cbor2 from the same values.
TEST(Exports, WritesACorimWithIntegrityRegisters) {
  EXPECT_EQ(to_hex(corim(three_registers())),
            "d901f5a2006d726570726f647563653a6170700181d901fa58e6a201a1006d726570726f647563653a6170"
            "7004a1008182a100a20173416d617a6f6e20576562205365727669636573026d4e6974726f20456e636c61"
            "766581a101a10ea3008182075830" +
                repeated("aa", 48) + "018182075830" + repeated("bb", 48) + "028182075830" +
                repeated("cc", 48));
}

TEST(Exports, MakesTheImageAndItsRegistersSubjectsOfAStatement) {
  Reference reference = three_registers();
  reference.sha256 = Sha256Digest{0x12};
  manifest::Lock lock;
  lock.writers = {{"cpio", "1"}};
  lock.inputs = {{.kind = manifest::InputKind::kernel, .name = "vmlinuz", .digest = {0x34}},
                 {.kind = manifest::InputKind::debs,
                  .origin = manifest::Origin::apt,
                  .name = "busybox",
                  .form = manifest::PinForm::packages,
                  .packages = {{.name = "busybox",
                                .version = "1:1.35.0-4",
                                .architecture = "amd64",
                                .source = "busybox",
                                .file = "pool/busybox.deb",
                                .size = 1,
                                .digest = {0x56}}}}};
  reference.lock = lock;
  const json statement =
      json::parse(in_toto_statement(reference, {.id = "https://example.org/ci",
                                                .version = "1.2",
                                                .sandbox = std::vector<std::string>{"seccomp"}}));
  EXPECT_EQ(statement["_type"], "https://in-toto.io/Statement/v1");
  ASSERT_EQ(statement["subject"].size(), 4);
  EXPECT_EQ(statement["subject"][0]["name"], "app");
  EXPECT_EQ(statement["subject"][0]["digest"]["sha256"], "12" + repeated("00", 31));
  EXPECT_EQ(statement["subject"][3]["digest"]["sha384"], repeated("cc", 48));
  const json& predicate = statement["predicate"];
  EXPECT_EQ(predicate["runDetails"]["builder"]["id"], "https://example.org/ci");
  const json& dependencies = predicate["buildDefinition"]["resolvedDependencies"];
  ASSERT_EQ(dependencies.size(), 2);
  EXPECT_EQ(dependencies[0]["name"], "kernel vmlinuz");
  EXPECT_EQ(dependencies[1]["uri"], "pkg:deb/debian/busybox@1:1.35.0-4?arch=amd64");
  EXPECT_EQ(dependencies[1]["digest"]["sha256"], "56" + repeated("00", 31));
  EXPECT_EQ(predicate["buildDefinition"]["internalParameters"]["writers"]["cpio"], "1");
  EXPECT_EQ(predicate["buildDefinition"]["internalParameters"]["sandbox"][0], "seccomp");
}

TEST(Exports, StatesNothingOfAnImageThatItCannotName) {
  EXPECT_THROW((void)in_toto_statement(three_registers(), {.id = "x", .version = "1"}), Error);
}

}  // namespace
}  // namespace reproduce::exports

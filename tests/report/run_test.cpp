#include "reproduce/report/run.hpp"

#include "support/checkout.hpp"
#include "support/golden.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/encoding.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::report {
namespace {

measure::Registers some_registers() {
  measure::Registers registers;
  registers[0].fill(0x11);
  registers[3] = {};
  return registers;
}

TEST(RunReport, JsonIsAsMachinesKnowIt) {
  const Bytes text = read_file(test::checkout() / "tests/attestation/qemu_document.b64",
                               attestation::largest_input, "the document");
  const BootedImage booted{.file = "app.eif",
                           .qemu = "/usr/bin/qemu-system-x86_64",
                           .expected = some_registers(),
                           .app = boot::AppEnd{boot::AppEnd::Kind::killed, 9},
                           .document = boot::compare_document(
                               attestation::decode_input(text).document, some_registers()),
                           .exit_code = 1};
  test::expect_golden("run.json", booted_json(booted));
}

TEST(RunReport, JsonSaysNullForWhatIsNotKnown) {
  const std::string json = booted_json({.file = "a\x1b", .qemu = "q", .expected = {}});
  EXPECT_NE(json.find("\"app\": null"), std::string::npos) << json;
  EXPECT_NE(json.find("\"document\": null"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("file": "a\\x1b")"), std::string::npos) << json;
}

TEST(RunReport, NamesRegistersAsASentenceDoes) {
  EXPECT_EQ(register_names({}), "");
  EXPECT_EQ(register_names({0}), "PCR0");
  EXPECT_EQ(register_names({0, 1, 8}), "PCR0, PCR1 and PCR8");
  EXPECT_EQ(register_lines(some_registers()).at(1), "PCR3  " + std::string(96, '0'));
}

}  // namespace
}  // namespace reproduce::report

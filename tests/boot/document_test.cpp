#include "reproduce/boot/document.hpp"

#include "support/checkout.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/encoding.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::boot {
namespace {

/// What QEMU 10.0.13 gave a guest: 16 registers, 3 to 15 zero.
Bytes document_of_qemu() {
  const Bytes text = read_file(test::checkout() / "tests/attestation/qemu_document.b64",
                               attestation::largest_input, "the document");
  return attestation::decode_input(text).document;
}

measure::Registers stated_registers() {
  measure::Registers registers;
  const ComparedDocument all = compare_document(document_of_qemu(), {});
  for (const std::uint32_t index : {0U, 1U, 2U, 8U})
    std::copy_n(all.claims.pcrs.at(index).begin(), 48, registers[index].begin());
  return registers;
}

TEST(ComparedDocument, HasTheExpectedRegisters) {
  const ComparedDocument compared = compare_document(document_of_qemu(), stated_registers());
  EXPECT_EQ(compared.equal, (std::vector<std::uint32_t>{0, 1, 2, 8}));
  EXPECT_TRUE(compared.differing.empty());
}

TEST(ComparedDocument, NamesEachRegisterThatDiffersOrIsMissing) {
  measure::Registers expected = stated_registers();
  expected[1][47] ^= 1;
  expected[16] = {};  // QEMU states locked registers only, 0 to 15
  const ComparedDocument compared = compare_document(document_of_qemu(), expected);
  EXPECT_EQ(compared.differing, (std::vector<std::uint32_t>{1, 16}));
  EXPECT_EQ(compared.equal, (std::vector<std::uint32_t>{0, 2, 8}));
}

TEST(ComparedDocument, MustBeADocument) {
  for (const Bytes& bytes : {Bytes{}, Bytes{0x84}, Bytes(2000, 0)})
    EXPECT_EQ(test::kind_of([&] { (void)compare_document(bytes, {}); }), ErrorKind::malformed);
}

}  // namespace
}  // namespace reproduce::boot

#include "reproduce/eif/signature.hpp"

#include <functional>
#include <string>
#include <vector>

#include "support/image_signature.hpp"
#include "support/pki.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/cose/cbor_writer.hpp"

namespace reproduce::eif {
namespace {

using cose::CborWriter;

void byte_list(CborWriter& out, ByteView bytes) {
  out.array(bytes.size());
  for (const std::uint8_t byte : bytes) out.unsigned_integer(byte);
}

Sha384Digest pcr0() {
  return sha384(as_bytes("an image"));
}

/// Right unless a member says otherwise.
using Recipe = test::ImageSignature;

std::optional<std::string> fault(const Recipe& recipe) {
  return signature_fault(decode_signature_section(recipe.bytes()), pcr0());
}

TEST(SignatureSection, HoldsForEachOfTheThreeCurves) {
  EXPECT_EQ(fault({.value = pcr0()}), std::nullopt);
  EXPECT_EQ(fault({.value = pcr0(), .kind = test::KeyKind::p256, .curve = Curve::p256}),
            std::nullopt);
  EXPECT_EQ(fault({.value = pcr0(), .kind = test::KeyKind::p521, .curve = Curve::p521}),
            std::nullopt);
}

TEST(SignatureSection, TakesTheFirstCertificateAmongOtherWords) {
  EXPECT_EQ(fault({.value = pcr0(), .pem_prefix = "subject: signer\r\n\r\n"}), std::nullopt);
}

TEST(SignatureSection, NamesWhatDoesNotHold) {
  EXPECT_EQ(fault({.value = sha384(as_bytes("another"))}), "it signs the PCR0 of another image");
  EXPECT_EQ(fault({.value = pcr0(), .index = 1}), "it signs PCR1 and not PCR0");
  EXPECT_EQ(fault({.value = pcr0(), .by_another_key = true}), "it is not by the certificate's key");
  EXPECT_EQ(fault({.value = pcr0(), .curve = Curve::p521, .cut_signature = 0})
                .value_or("")
                .find("it makes no sense"),
            0U);
  EXPECT_EQ(fault({.value = pcr0(), .cut_signature = 1}).value_or("").find("it makes no sense"),
            0U);
}

TEST(SignatureSection, RefusesEveryTruncation) {
  const Bytes whole = Recipe{.value = pcr0()}.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW((void)decode_signature_section(ByteView(whole).first(size)), Error) << size;
}

TEST(SignatureSection, RefusesOtherShapes) {
  const std::vector<std::function<void(CborWriter&)>> shapes{
      [](CborWriter& out) { out.array(0); },
      [](CborWriter& out) { out.map(0); },
      [](CborWriter& out) {
        out.array(1);
        out.array(0);
      },
      [](CborWriter& out) {
        out.array(1);
        out.map(0);
      },
      [](CborWriter& out) {  // a byte string where a list of integers is due
        out.array(1);
        out.map(2);
        out.text_string("signing_certificate");
        out.byte_string(as_bytes("x"));
        out.text_string("signature");
        out.array(0);
      },
      [](CborWriter& out) {  // an integer that is no byte
        out.array(1);
        out.map(2);
        out.text_string("signing_certificate");
        out.array(1);
        out.unsigned_integer(256);
        out.text_string("signature");
        out.array(0);
      },
      [](CborWriter& out) {  // no certificate in the text
        out.array(1);
        out.map(2);
        out.text_string("signing_certificate");
        byte_list(out, as_bytes("no PEM"));
        out.text_string("signature");
        out.array(0);
      }};
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    CborWriter out;
    shapes[i](out);
    const Bytes bytes = std::move(out).bytes();
    EXPECT_THROW((void)decode_signature_section(bytes), Error) << i;
  }
}

}  // namespace
}  // namespace reproduce::eif

#include "reproduce/sign/signature.hpp"

#include <algorithm>
#include <string>

#include "support/refusal.hpp"
#include "support/signer.hpp"
#include "support/vectors.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/cose/sign1.hpp"
#include "reproduce/eif/signature.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::sign {
namespace {

using test::KeyKind;
using test::Signer;

Sha384Digest pcr0() {
  return sha384(as_bytes("an image"));
}

TEST(SignedSection, HoldsAndIsTheSameEachTimeOnEveryCurve) {
  for (const KeyKind kind : {KeyKind::p256, KeyKind::p384, KeyKind::p521}) {
    const Signer signer(kind);
    const Bytes section = sign_section(signer.certificate(), signer.load(), pcr0());
    const eif::SignatureSection decoded = eif::decode_signature_section(section);
    EXPECT_EQ(eif::signature_fault(decoded, pcr0()), std::nullopt);
    EXPECT_EQ(decoded.entries.size(), 1U);
    EXPECT_EQ(decoded.entries.front().certificate_pem, signer.certificate_pem());
    EXPECT_EQ(sign_section(signer.certificate(), signer.load(), pcr0()), section);
  }
}

// The vectors' sections are by AWS's tools with their own keys: what surrounds the signature, and
// what is signed, must be ours to the byte.
TEST(SignedSection, IsAwsSectionWithAwsSignatureInIt) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors";
  for (const char* name : {"v23_signed_p384", "v24_signed_p256", "v28_signed_chain_pem"}) {
    const Bytes image = test::read_vector(std::string("eif/") + name + "/image.eif");
    MemorySource source(image);
    const measure::ImageMeasurements measured = measure::measure_image(source);
    const eif::SignatureEntry& theirs = measured.signature.value().entries.front();
    const cose::Sign1 sign1 = cose::decode_sign1(theirs.cose_sign1);
    const SigningCertificate certificate = read_certificate(theirs.certificate_pem);
    const Sha384Digest& signed_pcr0 = measured.registers.at(0);
    EXPECT_EQ(to_be_signed(certificate, signed_pcr0),
              cose::signed_bytes(sign1.protected_header, sign1.payload));
    const Bytes section = attach_section(certificate, sign1.signature, signed_pcr0);
    const eif::Section& last = measured.sections.back();
    const ByteView theirs_whole = ByteView(image).last(last.payload_size);
    EXPECT_TRUE(std::ranges::equal(section, theirs_whole)) << name;
  }
}

TEST(SignedSection, RefusesAKeyThatIsNotTheCertificates) {
  const Signer signer;
  for (const KeyKind kind : {KeyKind::p384, KeyKind::p256}) {
    const Signer other(kind);
    const Error error =
        test::refusal_of([&] { (void)sign_section(signer.certificate(), other.load(), pcr0()); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(), "the private key is not the certificate's");
  }
}

TEST(SignedSection, RefusesAFileThatMakesItTooLarge) {
  const Signer signer;
  const SigningCertificate large =
      read_certificate(signer.certificate_pem() + std::string(20000, '#'));
  const Error error = test::refusal_of([&] { (void)sign_section(large, signer.load(), pcr0()); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "the signature section would be too large");
}

TEST(AttachedSignature, MayBeRawOrDer) {
  for (const KeyKind kind : {KeyKind::p256, KeyKind::p384, KeyKind::p521}) {
    const Signer signer(kind);
    const SigningCertificate certificate = signer.certificate();
    const Bytes message = to_be_signed(certificate, pcr0());
    const Bytes raw = signer.key().sign(message);
    const Bytes section = attach_section(certificate, raw, pcr0());
    EXPECT_EQ(eif::signature_fault(eif::decode_signature_section(section), pcr0()), std::nullopt);
    const Bytes of_der = attach_section(certificate, signer.key().sign_der(message), pcr0());
    EXPECT_EQ(eif::signature_fault(eif::decode_signature_section(of_der), pcr0()), std::nullopt);
  }
}

TEST(AttachedSignature, MustHoldForThisImageAndCertificate) {
  const Signer signer;
  const Signer other;
  const SigningCertificate certificate = signer.certificate();
  const Bytes message = to_be_signed(certificate, pcr0());
  const auto kind_of = [&](ByteView signature) {
    return test::refusal_of([&] { (void)attach_section(certificate, signature, pcr0()); }).kind();
  };
  EXPECT_EQ(kind_of(other.key().sign(message)), ErrorKind::untrusted);
  EXPECT_EQ(kind_of(other.key().sign_der(message)), ErrorKind::untrusted);
  EXPECT_EQ(kind_of(signer.key().sign(as_bytes("another image"))), ErrorKind::untrusted);
  EXPECT_EQ(kind_of(Bytes(96)), ErrorKind::untrusted);
  EXPECT_EQ(kind_of({}), ErrorKind::malformed);
  EXPECT_EQ(kind_of(as_bytes("MGUCMQ==")), ErrorKind::malformed);
  Bytes longer = signer.key().sign_der(message);
  longer.push_back(0);
  EXPECT_EQ(kind_of(longer), ErrorKind::malformed);
  const Bytes raw = signer.key().sign(message);
  for (std::size_t size = 0; size < raw.size(); ++size)
    EXPECT_EQ(kind_of(ByteView(raw).first(size)), ErrorKind::malformed) << size;
  for (std::size_t bit = 0; bit < raw.size() * 8; bit += 5) {
    Bytes flipped = raw;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(kind_of(flipped), ErrorKind::untrusted) << bit;
  }
}

TEST(SigningCertificate, IsTakenVerbatimWithWhatSurroundsIt) {
  const Signer signer;
  const Signer issuer;
  const std::string pem =
      "subject: signer\r\n" + signer.certificate_pem() + issuer.certificate_pem() + "\r\nthe end";
  const SigningCertificate certificate = read_certificate(pem);
  EXPECT_EQ(certificate.pem, pem);
  EXPECT_EQ(certificate.certificate.der, signer.certificate().certificate.der);
}

TEST(SigningCertificate, RefusesOtherKeysWithAReason) {
  const auto refused = [](KeyKind kind) {
    return test::refusal_of([&] { (void)Signer(kind).certificate(); });
  };
  const Error rsa = refused(KeyKind::rsa2048);
  EXPECT_EQ(rsa.kind(), ErrorKind::usage);
  EXPECT_STREQ(rsa.what(), "images cannot be signed with an RSA key");
  for (const KeyKind kind : {KeyKind::secp256k1, KeyKind::brainpool384, KeyKind::p384_explicit})
    EXPECT_STREQ(refused(kind).what(),
                 "images cannot be signed with this certificate's kind of key");
}

TEST(SigningCertificate, MustNotSayThatItsKeyIsNotForSignatures) {
  const test::PrivateKey key(KeyKind::p384);
  const auto with = [&](const std::vector<test::Extension>& extensions) {
    return read_certificate(test::to_pem(test::make_certificate(
        {.subject = "signer", .issuer = "signer", .extensions = extensions}, key, key)));
  };
  constexpr std::uint8_t non_repudiation = 0x40;
  constexpr std::uint8_t both = test::digital_signature | test::sign_certificates;
  for (const std::uint8_t uses : {test::sign_certificates, non_repudiation})
    for (const bool critical : {true, false}) {
      const Error error = test::refusal_of([&] { (void)with({test::key_usage(uses, critical)}); });
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_STREQ(error.what(), "the signing certificate says that its key is not for signatures");
    }
  for (const std::uint8_t uses : {test::digital_signature, both})
    EXPECT_NO_THROW((void)with({test::key_usage(uses)}));
  EXPECT_NO_THROW((void)with({test::basic_constraints(true)}));
}

TEST(SigningCertificate, DoesNotBringThePrivateKeyAlong) {
  const Signer signer;
  const Error error = test::refusal_of([&] {
    (void)read_certificate(signer.certificate_pem() + test::private_key_pem(signer.key()));
  });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "the certificate's file holds a private key too");
}

TEST(SigningCertificate, RefusesWhatIsNone) {
  for (const char* text : {"", "no PEM",
                           "-----BEGIN CERTIFICATE-----\nAAAA\n"
                           "-----END CERTIFICATE-----\n"})
    EXPECT_EQ(test::refusal_of([&] { (void)read_certificate(text); }).kind(), ErrorKind::malformed)
        << text;
}

TEST(SigningCertificate, IsValidFromItsFirstToItsLastSecond) {
  const SigningCertificate certificate = Signer().certificate();
  EXPECT_NO_THROW(require_valid_at(certificate, Signer::not_before));
  EXPECT_NO_THROW(require_valid_at(certificate, Signer::not_after));
  const auto refused = [&](UnixSeconds time) {
    return test::refusal_of([&] { require_valid_at(certificate, time); });
  };
  EXPECT_STREQ(refused(Signer::not_before - 1).what(), "the signing certificate is not valid yet");
  EXPECT_STREQ(refused(Signer::not_after + 1).what(), "the signing certificate has expired");
  EXPECT_EQ(refused(Signer::not_after + 1).kind(), ErrorKind::untrusted);
}

}  // namespace
}  // namespace reproduce::sign

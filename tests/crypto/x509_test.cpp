#include "reproduce/crypto/x509.hpp"

#include <string>

#include "support/vectors.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce {
namespace {

std::string read_text_vector(const std::string& name) {
  return std::string(as_text(test::read_vector(name)));
}

// What AWS publishes about its root, and `openssl x509 -text` says of it.
TEST(Certificate, ReadsTheRootOfNitroEnclaves) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  const Certificate root =
      decode_pem_certificate(read_text_vector("attestation/aws-nitro-root-g1.pem"));
  EXPECT_EQ(to_hex(root.fingerprint),
            "641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");
  EXPECT_EQ(words(root.subject), "C=US, O=Amazon, OU=AWS, CN=aws.nitro-enclaves");
  EXPECT_EQ(root.issuer, root.subject);
  EXPECT_EQ(format_utc(root.not_before.time), "2019-10-28T13:28:05Z");
  EXPECT_EQ(format_utc(root.not_after.time), "2049-10-28T14:28:05Z");
  EXPECT_EQ(root.signature_algorithm, "ecdsa-with-SHA384");
  EXPECT_EQ(root.public_key_algorithm, "id-ecPublicKey, secp384r1");
  ASSERT_TRUE(root.basic_constraints);
  EXPECT_TRUE(root.basic_constraints->critical);
  EXPECT_TRUE(root.basic_constraints->is_authority);
  EXPECT_FALSE(root.basic_constraints->path_length);
  ASSERT_TRUE(root.key_usage);
  EXPECT_TRUE(root.key_usage->critical);
  EXPECT_TRUE(root.key_usage->sign_certificates);
  EXPECT_TRUE(root.key_usage->digital_signature);
  EXPECT_EQ(root.curve, Curve::p384);
  EXPECT_EQ(public_key(root).value().curve(), Curve::p384);
}

// vectors/eif/v23_signed_p384/expected.json, as nitro-cli describes the certificate.
TEST(Certificate, TellsWhatNitroCliDescribes) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  const Certificate signer =
      decode_pem_certificate(read_text_vector("eif/inputs/cert_secp384r1.pem"));
  const Name issuer = {{"commonName", "CN", "eif-secp384r1"},
                       {"organizationName", "O", "Test"},
                       {"countryName", "C", "XX"}};
  EXPECT_THAT(signer.issuer, testing::UnorderedElementsAreArray(issuer));
  EXPECT_EQ(signer.signature_algorithm, "ecdsa-with-SHA384");
  EXPECT_EQ(signer.not_before.text, "Nov 22 05:22:44 2026 GMT");
  EXPECT_EQ(signer.not_after.text, "Oct 29 05:22:44 2126 GMT");
  EXPECT_EQ(to_hex(signer.signature),
            "3065023100b148e28e6806894974c47b4782632f4f8553b365e1610aacaff98d67a866fc8cab1eee"
            "19a4937f1472965dba238d4a8a023079f45397acfa3ae908f2694ab2d6c360ee51d4bc14f98974eb"
            "07cdfac8dacd19a83c789b8063bd808d7110ba1943abf6");
}

TEST(Certificate, TakesTheFirstOfAPemText) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  const std::string chain = read_text_vector("eif/inputs/cert_chain.pem");
  const std::string first = chain.substr(0, chain.find("-----END CERTIFICATE-----") + 26);
  EXPECT_LT(first.size(), chain.size());
  EXPECT_EQ(decode_pem_certificate(chain).der, decode_pem_certificate(first).der);
  EXPECT_EQ(decode_pem_certificate("words\n" + chain).der, decode_pem_certificate(first).der);
}

TEST(Certificate, RefusesWhatIsNoPem) {
  for (const char* text : {"", "-----BEGIN CERTIFICATE-----\n", "MIIB",
                           "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                           "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"})
    EXPECT_THROW((void)decode_pem_certificate(text), Error) << text;
}

TEST(Certificate, NeverAsksForAPassword) {
  EXPECT_THROW(
      (void)decode_pem_certificate("-----BEGIN CERTIFICATE-----\n"
                                   "Proc-Type: 4,ENCRYPTED\n"
                                   "DEK-Info: AES-128-CBC,00000000000000000000000000000000\n"
                                   "\n"
                                   "AAAAAAAAAAAAAAAAAAAAAA==\n"
                                   "-----END CERTIFICATE-----\n"),
      Error);
}

TEST(Certificate, RefusesEveryTruncationAndAddition) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  Bytes der = decode_pem_certificate(read_text_vector("attestation/aws-nitro-root-g1.pem")).der;
  for (std::size_t size = 0; size < der.size(); ++size)
    EXPECT_THROW((void)decode_certificate(ByteView(der).first(size)), Error) << size << " bytes";
  der.push_back(0);
  EXPECT_THROW((void)decode_certificate(der), Error);
}

TEST(Certificate, DecodesOrRefusesEveryFlippedBit) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  Bytes der = decode_pem_certificate(read_text_vector("attestation/aws-nitro-root-g1.pem")).der;
  for (std::size_t bit = 0; bit < der.size() * 8; ++bit) {
    const std::uint8_t mask = static_cast<std::uint8_t>(1U << bit % 8);
    der[bit / 8] ^= mask;
    try {
      EXPECT_EQ(decode_certificate(der).der, der) << "bit " << bit;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::malformed) << "bit " << bit;
    }
    der[bit / 8] ^= mask;
  }
}

}  // namespace
}  // namespace reproduce

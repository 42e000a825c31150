#include "reproduce/crypto/private_key.hpp"

#include <string>
#include <string_view>

#include "support/rfc6979.hpp"
#include "support/signer.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"
#include "reproduce/crypto/public_key.hpp"

namespace reproduce {
namespace {

constexpr std::string_view p521_pem = test::rfc6979_p521_pem;
// RFC 6979, appendix A.2.7.
constexpr std::string_view p521_number =
    "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CAA8"
    "96EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538";

TEST(PemPrivateKey, GivesTheNumberOfTheRfcsKey) {
  const auto key = PemPrivateKey::decode(p521_pem, "");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->kind(), "EC");
  EXPECT_EQ(key->secret_number(Curve::p521), from_hex(p521_number).value());
  EXPECT_FALSE(key->secret_number(Curve::p384)) << "it does not fit";
  EXPECT_EQ(EcPublicKey::decode(key->public_key_info()).value().curve(), Curve::p521);
}

TEST(PemPrivateKey, TellsKindsThatAreNotEc) {
  for (const auto& [kind, word] :
       {std::pair{test::KeyKind::rsa2048, "RSA"}, std::pair{test::KeyKind::ed25519, "ED25519"}}) {
    const auto key = PemPrivateKey::decode(test::private_key_pem(test::PrivateKey(kind)), "");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->kind(), word);
    EXPECT_FALSE(key->secret_number(Curve::p256));
  }
}

TEST(PemPrivateKey, SignsWithEd25519AlwaysTheSame) {
  const test::PrivateKey made(test::KeyKind::ed25519);
  const auto key = PemPrivateKey::decode(test::private_key_pem(made), "");
  ASSERT_TRUE(key);
  const Bytes message{1, 2, 3};
  const Bytes signature = key->sign_ed25519(message).value();
  EXPECT_EQ(signature, made.sign_der(message));
  EXPECT_TRUE(PublicKey::decode(key->public_key_info())->signed_this(message, signature));
  EXPECT_FALSE(PemPrivateKey::decode(p521_pem, "")->sign_ed25519(message));
}

TEST(PemPrivateKey, IsOpenedByItsPassphraseAlone) {
  const test::PrivateKey made(test::KeyKind::p256);
  const std::string pem = test::private_key_pem(made, "open sesame");
  const auto key = PemPrivateKey::decode(pem, "open sesame");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key_info(), made.public_key_info());
  for (const std::string& wrong :
       {std::string(), std::string("open barley"), std::string(5000, 'x')})
    EXPECT_FALSE(PemPrivateKey::decode(pem, wrong)) << wrong.size();
}

TEST(PemPrivateKey, IsNothingWhenCutOffAnywhere) {
  EXPECT_FALSE(PemPrivateKey::decode("no key", ""));
  for (std::size_t size = 0; size < p521_pem.find("-----END"); ++size)
    EXPECT_FALSE(PemPrivateKey::decode(p521_pem.substr(0, size), "")) << size;
}

}  // namespace
}  // namespace reproduce

#include "reproduce/sign/key.hpp"

#include <string>
#include <string_view>

#include "support/refusal.hpp"
#include "support/rfc6979.hpp"
#include "support/signer.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::sign {
namespace {

struct KnownSignatures {
  Curve curve;
  std::string_view pem;     // the appendix's private key and point, put into PKCS#8 by OpenSSL
  std::string_view sample;  // r||s over "sample", with the digest that goes with the curve
  std::string_view test;    // the same over "test"
};

// RFC 6979, appendices A.2.5, A.2.6 and A.2.7.
constexpr KnownSignatures known_signatures[] = {
    {Curve::p256,
     "-----BEGIN PRIVATE KEY-----\n"
     "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\n"
     "Z7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n"
     "+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n"
     "-----END PRIVATE KEY-----\n",
     "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
     "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
     "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
     "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"},
    {Curve::p384,
     "-----BEGIN PRIVATE KEY-----\n"
     "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBrnT2tLhuMHAWxmHW2\n"
     "ZZ9N4jw7Znvyl7qapHdAeHE32JbVck5McKgl+HLJ6mDS7fWhZANiAATsOk5BW04Z\n"
     "pFaGGAKfQn+l2pqLxK6S4C4GquUoazAMZN748OqQVYZgZKJUUVSAvBOAFdm3LX1X\n"
     "JE6o75rAxiGJZwilk2f537n1TKhLPxydsSiLIxw64NT+c0T9JTMmRyA=\n"
     "-----END PRIVATE KEY-----\n",
     "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
     "81A648152E44ACF96E36DD1E80FABE46"
     "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
     "A329C145786E679E7B82C71A38628AC8",
     "8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB"
     "0542A7F0812998DA8F1DD3CA3CF023DB"
     "DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E0"
     "6A739F040649A667BF3B828246BAA5A5"},
    {Curve::p521, test::rfc6979_p521_pem,
     "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F17"
     "4E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA"
     "00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF28"
     "2623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A",
     "013E99020ABF5CEE7525D16B69B229652AB6BDF2AFFCAEF38773B4B7D08725F10C"
     "DB93482FDCC54EDCEE91ECA4166B2A7C6265EF0CE2BD7051B7CEF945BABD47EE6D"
     "01FBD0013C674AA79CB39849527916CE301C66EA7CE8B80682786AD60F98F7E78A"
     "19CA69EFF5C57400E3B3A0AD66CE0978214D13BAF4E9AC60752F7B155E2DE4DCE3"}};

Error refusal(const std::string& location, const AskSecret& ask = test::ask_nobody) {
  return test::refusal_of([&] { (void)SigningKey::load(location, ask); });
}

TEST(SigningKey, GivesTheSignaturesOfTheRfc) {
  const test::TempDir folder;
  for (const KnownSignatures& known : known_signatures) {
    const SigningKey key =
        SigningKey::load(folder.write("key.pem", known.pem).string(), test::ask_nobody);
    EXPECT_TRUE(key.is_deterministic());
    EXPECT_EQ(key.public_key().value().on_curve()->curve(), known.curve);
    EXPECT_EQ(key.sign(known.curve, as_bytes("sample")), from_hex(known.sample).value());
    EXPECT_EQ(key.sign(known.curve, as_bytes("test")), from_hex(known.test).value());
  }
}

// What `openssl ecparam -genkey` writes: parameters first.
TEST(SigningKey, TakesSec1BehindItsParameters) {
  const test::TempDir folder;
  const SigningKey key = SigningKey::load(
      folder
          .write("key.pem",
                 "-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n"
                 "-----BEGIN EC PRIVATE KEY-----\n"
                 "MIGkAgEBBDBrnT2tLhuMHAWxmHW2ZZ9N4jw7Znvyl7qapHdAeHE32JbVck5McKgl\n"
                 "+HLJ6mDS7fWgBwYFK4EEACKhZANiAATsOk5BW04ZpFaGGAKfQn+l2pqLxK6S4C4G\n"
                 "quUoazAMZN748OqQVYZgZKJUUVSAvBOAFdm3LX1XJE6o75rAxiGJZwilk2f537n1\n"
                 "TKhLPxydsSiLIxw64NT+c0T9JTMmRyA=\n"
                 "-----END EC PRIVATE KEY-----\n")
          .string(),
      test::ask_nobody);
  EXPECT_EQ(key.sign(Curve::p384, as_bytes("sample")),
            from_hex(known_signatures[1].sample).value());
}

TEST(SigningKey, OpensAnEncryptedKeyWithItsPassphraseAlone) {
  const test::TempDir folder;
  const test::PrivateKey made(test::KeyKind::p256);
  const std::string file =
      folder.write("key.pem", test::private_key_pem(made, "open sesame")).string();
  std::string asked_for;
  const SigningKey key = SigningKey::load(file, [&](const std::string& what) {
    asked_for = what;
    return Secret("open sesame");
  });
  EXPECT_NE(asked_for.find(file), std::string::npos);
  EXPECT_EQ(PublicKey::decode(made.public_key_info()), key.public_key());

  const Error wrong = refusal(file, [](const std::string&) { return Secret("open barley"); });
  EXPECT_EQ(wrong.kind(), ErrorKind::usage);
  EXPECT_STREQ(wrong.what(), "the passphrase does not open the private key");
  const Error empty = refusal(file, [](const std::string&) { return Secret(); });
  EXPECT_STREQ(empty.what(), "the passphrase does not open the private key");
}

TEST(SigningKey, RefusesKeysThatNoImageIsSignedWith) {
  const test::TempDir folder;
  const auto refused = [&](test::KeyKind kind) {
    return refusal(folder.write("key.pem", test::private_key_pem(test::PrivateKey(kind))).string());
  };
  const Error rsa = refused(test::KeyKind::rsa2048);
  EXPECT_EQ(rsa.kind(), ErrorKind::usage);
  EXPECT_STREQ(rsa.what(), "images cannot be signed with an RSA key");
  EXPECT_NE(rsa.context().hint.find("ES384"), std::string::npos);
  for (const test::KeyKind kind :
       {test::KeyKind::secp256k1, test::KeyKind::brainpool384, test::KeyKind::ed25519})
    EXPECT_NE(refused(kind).kind(), ErrorKind::bug);
}

TEST(SigningKey, RefusesWhatIsNoKey) {
  const test::TempDir folder;
  EXPECT_EQ(refusal(folder.path() / "absent").kind(), ErrorKind::environment);
  for (const char* text : {"", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n",
                           "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"})
    EXPECT_EQ(refusal(folder.write("key.pem", text).string()).kind(), ErrorKind::malformed) << text;
  const std::string pem(known_signatures[1].pem);
  for (std::size_t size = 0; size < pem.find("-----END"); size += 7)
    EXPECT_EQ(refusal(folder.write("key.pem", pem.substr(0, size)).string()).kind(),
              ErrorKind::malformed)
        << size;
  EXPECT_EQ(
      refusal(folder.write("key.pem", std::string(max_key_file_size + 1, 'x')).string()).kind(),
      ErrorKind::malformed);
}

TEST(SigningKey, KnowsATokenByItsScheme) {
  EXPECT_TRUE(is_token_url("pkcs11:token=signer;object=release"));
  EXPECT_FALSE(is_token_url("keys/pkcs11:key.pem"));
  EXPECT_FALSE(is_token_url(""));
}

}  // namespace
}  // namespace reproduce::sign

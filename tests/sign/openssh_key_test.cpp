#include <string>
#include <string_view>

#include "support/refusal.hpp"
#include "support/signer.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::sign {
namespace {

// Made by ssh-keygen for these tests, and used for nothing else. The ids are by other programs.
constexpr std::string_view ed25519_file =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACAf1O1e+tyMn85gADozoenxOvoukvTFPkalZbaqc9QqeAAAAIiKgJAfioCQ\n"
    "HwAAAAtzc2gtZWQyNTUxOQAAACAf1O1e+tyMn85gADozoenxOvoukvTFPkalZbaqc9QqeA\n"
    "AAAECzzEsM8XtwWiAJ/ArMmNONeF6b+uGlVBKz8tnesktwSB/U7V763IyfzmAAOjOh6fE6\n"
    "+i6S9MU+RqVltqpz1Cp4AAAABWFsaWNl\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view ed25519_id =
    "58547fea541deaf7da2acc285b1ee00ceda6caec5961cc0458cc695e6d0ce084";

constexpr std::string_view p256_file =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS\n"
    "1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQTHeqH3/tlBTWt3UgWKHMT2GtayvliB\n"
    "7EA9prVmd3FvUBNCDdou8ZgRUVZhPb4kvkWlWGyx69PqtwE+N5//vMAeAAAAoGe3nF5nt5\n"
    "xeAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMd6off+2UFNa3dS\n"
    "BYocxPYa1rK+WIHsQD2mtWZ3cW9QE0IN2i7xmBFRVmE9viS+RaVYbLHr0+q3AT43n/+8wB\n"
    "4AAAAhAM0GbuXMRzk1IkbPm6+SodXVsNfSqN9AWFC6Dc+gD0JzAAAABWFsaWNlAQI=\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view p256_id =
    "12bb9cbee9c13c5ae53582e7cae0edbe5400d990b04d252928190694fb15e2cc";

constexpr std::string_view p521_file =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAArAAAABNlY2RzYS\n"
    "1zaGEyLW5pc3RwNTIxAAAACG5pc3RwNTIxAAAAhQQBvJjPENPXFiD6c/+7K1xkJ2WtAgGG\n"
    "2RpthLiAXb5hNExtrv89xJ5pq9Uv8IAULZUtrJ7poCehv7BZG24FddifkQ8A2DeNewrrVC\n"
    "gZDyRQcVMRBY4pYPZFqLYqExVtiWPo9mXRm4h0H8vupHzbKT4dfZeR/O68sLnCRU6LmAGa\n"
    "4mkz0EIAAAEIjEg4PIxIODwAAAATZWNkc2Etc2hhMi1uaXN0cDUyMQAAAAhuaXN0cDUyMQ\n"
    "AAAIUEAbyYzxDT1xYg+nP/uytcZCdlrQIBhtkabYS4gF2+YTRMba7/PcSeaavVL/CAFC2V\n"
    "Laye6aAnob+wWRtuBXXYn5EPANg3jXsK61QoGQ8kUHFTEQWOKWD2Rai2KhMVbYlj6PZl0Z\n"
    "uIdB/L7qR82yk+HX2XkfzuvLC5wkVOi5gBmuJpM9BCAAAAQQgguZclkwWEqYxFipSHlkUu\n"
    "x7ODV4lphAToVKAZYL+NWfC8nMytYTjrQimhWnlPDh/jD7bGPjc8aI7JKO8FzoEDAAAABW\n"
    "FsaWNlAQIDBAUG\n"
    "-----END OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view p521_id =
    "4061490f2208b17e3343da7aea64eb53e2739fc45b60d7463901e3f902826c10";

// The passphrase is "secret".
constexpr std::string_view encrypted_file =
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABDoau6DOt\n"
    "LzZXkJelSM6zx8AAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIJ2pXJE32Ut6vqHv\n"
    "61mxK2x+NDl8Y03wb7h7VGpOlKzZAAAAkMil0sH3dd/n6lL75prO9YuxSCYwPnrh6pNzi0\n"
    "Y2jeAeFE3tX9OPBSBsBcmJQPpaPL3WxXAqic/iBcrP/N55Zm2Ef5oy0EEg3rWhjGmb38xu\n"
    "1ojULmArh1P5wkwsN41SPkaAN9iwlhgr6Tf+csa+GKSh/e/OO/dvMcxngapslN9zicACPT\n"
    "q9/Hn+4sOj+lWwPg==\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

class OpenSshKey : public testing::Test {
 protected:
  SigningKey load(std::string_view content, KeyUse use = KeyUse::statement) {
    return SigningKey::load(folder_.write("key", content).string(), test::ask_nobody, use);
  }
  Error refusal(std::string_view content, KeyUse use = KeyUse::statement) {
    return test::refusal_of([&] { (void)load(content, use); });
  }

 private:
  test::TempDir folder_;
};

TEST_F(OpenSshKey, SignsStatementsThatItsPublicKeyKnows) {
  struct Row {
    std::string_view file, id;
  };
  for (const Row& row :
       {Row{ed25519_file, ed25519_id}, Row{p256_file, p256_id}, Row{p521_file, p521_id}}) {
    const SigningKey key = load(row.file);
    ASSERT_TRUE(key.public_key());
    EXPECT_EQ(key.public_key()->id(), row.id);
    const Bytes message{1, 2, 3};
    const Bytes signature = key.sign_statement(message);
    EXPECT_TRUE(key.public_key()->signed_this(message, signature));
    EXPECT_EQ(key.sign_statement(message), signature) << "deterministic";
  }
}

TEST_F(OpenSshKey, SignsImagesOnACurve) {
  const SigningKey key = load(p256_file, KeyUse::image);
  EXPECT_EQ(key.sign(Curve::p256, Bytes{1}).size(), 64U);
}

TEST_F(OpenSshKey, IsRefusedForImagesWhenItIsEd25519) {
  const Error error = refusal(ed25519_file, KeyUse::image);
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.context().expected, "a key on P-256, P-384 or P-521");
}

TEST_F(OpenSshKey, IsRefusedWhenItIsEncryptedWithWhatToDo) {
  const Error error = refusal(encrypted_file);
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_NE(error.context().hint.find("ssh-keygen -p"), std::string::npos);
}

TEST_F(OpenSshKey, IsMalformedWhereverItEndsOrIsChanged) {
  const std::string_view begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
  const std::string_view end = "-----END OPENSSH PRIVATE KEY-----\n";
  for (const std::string_view file : {ed25519_file, p256_file}) {
    std::string digits;
    for (const char c : file.substr(begin.size(), file.size() - begin.size() - end.size()))
      if (c != '\n') digits += c;
    const Bytes whole = from_base64(digits).value();
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const std::string cut =
          std::string(begin) + to_base64(ByteView(whole).first(size)) + "\n" + std::string(end);
      EXPECT_EQ(refusal(cut).kind(), ErrorKind::malformed) << size;
    }
    // Whatever a changed byte makes of it: never a crash, and never a key that signs for another.
    for (std::size_t at = 0; at < whole.size(); ++at) {
      Bytes changed = whole;
      changed[at] ^= 0xff;
      const std::string text = std::string(begin) + to_base64(changed) + "\n" + std::string(end);
      try {
        const SigningKey key = load(text);
        const Bytes signature = key.sign_statement(Bytes{1});
        EXPECT_TRUE(key.public_key()->signed_this(Bytes{1}, signature)) << at;
      } catch (const Error& error) {
        EXPECT_NE(error.kind(), ErrorKind::bug) << at;
      }
    }
  }
}

TEST(StatementKey, MayBeInPemOfAnyKindThatIsKnown) {
  for (const test::KeyKind kind :
       {test::KeyKind::p256, test::KeyKind::p384, test::KeyKind::p521, test::KeyKind::ed25519}) {
    const test::TempDir folder;
    const test::PrivateKey made(kind);
    const std::string file = folder.write("key.pem", test::private_key_pem(made)).string();
    const SigningKey key = SigningKey::load(file, test::ask_nobody, KeyUse::statement);
    EXPECT_EQ(PublicKey::decode(made.public_key_info()), key.public_key());
    EXPECT_TRUE(key.public_key()->signed_this(Bytes{7}, key.sign_statement(Bytes{7})));
  }
}

TEST(StatementKey, IsNotRsa) {
  const test::TempDir folder;
  const test::PrivateKey made(test::KeyKind::rsa2048);
  const std::string file = folder.write("key.pem", test::private_key_pem(made)).string();
  const Error error =
      test::refusal_of([&] { (void)SigningKey::load(file, test::ask_nobody, KeyUse::statement); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "statements cannot be signed with an RSA key");
}

}  // namespace
}  // namespace reproduce::sign

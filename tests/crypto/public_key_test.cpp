#include "reproduce/crypto/public_key.hpp"

#include <string>
#include <string_view>

#include "support/pki.hpp"
#include "support/refusal.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/crypto/openssh.hpp"

namespace reproduce {
namespace {

struct KnownKey {
  std::string_view words;
  std::string_view line;  // by ssh-keygen
  std::string_view pem;   // the same, by Python's cryptography
  std::string_view id;    // SHA-256 of its DER, by the same
};

constexpr KnownKey known_keys[] = {
    {"P-256",
     "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMd6off+"
     "2UFNa3dSBYocxPYa1rK+WIHsQD2mtWZ3cW9QE0IN2i7xmBFRVmE9viS+RaVYbLHr0+q3AT43n/+8wB4="
     " alice",
     "-----BEGIN PUBLIC KEY-----\n"
     "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEx3qh9/7ZQU1rd1IFihzE9hrWsr5Y\n"
     "gexAPaa1Zndxb1ATQg3aLvGYEVFWYT2+JL5FpVhssevT6rcBPjef/7zAHg==\n"
     "-----END PUBLIC KEY-----\n",
     "12bb9cbee9c13c5ae53582e7cae0edbe5400d990b04d252928190694fb15e2cc"},
    {"P-384",
     "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBBiltYI0"
     "uOir15Hr6Ka0RuGctm3o+w4dX3ANacujscQ1PEcB3NymhFpc4S45wloDtb9Uthh9IKuGh/AL2VRO4+FR"
     "eUwrcX5OqJR/16rb/E5rrtL/REOHL6clUYp2Kfh3WQ== alice",
     "-----BEGIN PUBLIC KEY-----\n"
     "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEGKW1gjS46KvXkevoprRG4Zy2bej7Dh1f\n"
     "cA1py6OxxDU8RwHc3KaEWlzhLjnCWgO1v1S2GH0gq4aH8AvZVE7j4VF5TCtxfk6o\n"
     "lH/Xqtv8Tmuu0v9EQ4cvpyVRinYp+HdZ\n"
     "-----END PUBLIC KEY-----\n",
     "d1926b32f86cc6a6743495b1ebed4c92e9490b05193295b8fd487443264f4a36"},
    {"P-521",
     "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAG8mM8Q"
     "09cWIPpz/7srXGQnZa0CAYbZGm2EuIBdvmE0TG2u/z3Enmmr1S/wgBQtlS2snumgJ6G/sFkbbgV12J+R"
     "DwDYN417CutUKBkPJFBxUxEFjilg9kWotioTFW2JY+j2ZdGbiHQfy+6kfNspPh19l5H87rywucJFTouY"
     "AZriaTPQQg== alice",
     "-----BEGIN PUBLIC KEY-----\n"
     "MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQBvJjPENPXFiD6c/+7K1xkJ2WtAgGG\n"
     "2RpthLiAXb5hNExtrv89xJ5pq9Uv8IAULZUtrJ7poCehv7BZG24FddifkQ8A2DeN\n"
     "ewrrVCgZDyRQcVMRBY4pYPZFqLYqExVtiWPo9mXRm4h0H8vupHzbKT4dfZeR/O68\n"
     "sLnCRU6LmAGa4mkz0EI=\n"
     "-----END PUBLIC KEY-----\n",
     "4061490f2208b17e3343da7aea64eb53e2739fc45b60d7463901e3f902826c10"},
    {"Ed25519",
     "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB/U7V763IyfzmAAOjOh6fE6+i6S9MU+RqVltqpz1Cp4"
     " alice",
     "-----BEGIN PUBLIC KEY-----\n"
     "MCowBQYDK2VwAyEAH9TtXvrcjJ/OYAA6M6Hp8Tr6LpL0xT5GpWW2qnPUKng=\n"
     "-----END PUBLIC KEY-----\n",
     "58547fea541deaf7da2acc285b1ee00ceda6caec5961cc0458cc695e6d0ce084"},
};

constexpr std::string_view rsa_line =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC4SYa8gQ3xGwSdjsHA1ASWqQOVzVSDb806ctquEHNe"
    "qSKHfHjxwfBF8XYU0IXA06uUpdsTJXimE58Ot++0E8S+0fP0qGkqUuvjJ3zAr3sdLZVvK6qBDfZfatDv"
    "Mi5+1LMno0iGI7w8MrEAuX0+m5KcmQAxx21c3tWc1QQwJUDFjGgab4+LEqfuLENXyvEiRMyyt1JSsM58"
    "JwfdBiPius4cGIIa0XKoJw9f0HyGw83aIRj0Uc8V81jfwoOYoTQ+dczKJ7tpI5r/C2rY+uxzphehA1Nc"
    "Zrspk+CmKA/KbmzpT4yl5roiCxDWatHIJ/dGHEhkv2RrpQJopM54ONC5jcJ1 alice";

PublicKey only_key(std::string_view text) {
  std::vector<PublicKey> keys = read_public_keys(text);
  EXPECT_EQ(keys.size(), 1U);
  return std::move(keys.front());
}

TEST(PublicKey, IsTheSameFromALineOfOpenSshAndFromPem) {
  for (const KnownKey& known : known_keys) {
    const PublicKey of_line = only_key(known.line);
    const PublicKey of_pem = only_key(known.pem);
    EXPECT_EQ(of_line, of_pem) << known.words;
    EXPECT_EQ(of_line.words(), known.words);
    EXPECT_EQ(of_line.id(), known.id);
    EXPECT_EQ(of_pem.id(), known.id);
    EXPECT_EQ(PublicKey::decode(of_pem.public_key_info()), of_pem);
  }
}

TEST(PublicKey, IsNoOtherKey) {
  for (const KnownKey& one : known_keys)
    for (const KnownKey& other : known_keys) {
      if (&one == &other) continue;
      EXPECT_FALSE(only_key(one.line) == only_key(other.line));
    }
}

// RFC 8032, section 7.1, TEST 1 and TEST 2.
TEST(PublicKey, KnowsTheSignaturesOfTheRfc) {
  struct Known {
    std::string_view key, message, signature;
  };
  constexpr Known rows[] = {
      {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
       "9"
       "b46bd25bf5f0595bbe24655141438e7a100b"},
      {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
       "1"
       "1d8c387b2eaeb4302aeeb00d291612bb0c00"}};
  for (const Known& row : rows) {
    Ed25519PublicKey bytes{};
    const Bytes digits = from_hex(row.key).value();
    std::copy(digits.begin(), digits.end(), bytes.begin());
    const PublicKey key(bytes);
    Bytes signature = from_hex(row.signature).value();
    const Bytes message = from_hex(row.message).value();
    EXPECT_TRUE(key.signed_this(message, signature));
    EXPECT_FALSE(key.signed_this(as_bytes("another"), signature));
    for (std::size_t at = 0; at < signature.size(); ++at) {
      signature[at] ^= 1;
      EXPECT_FALSE(key.signed_this(message, signature)) << at;
      signature[at] ^= 1;
    }
    for (std::size_t size = 0; size < signature.size(); ++size)
      EXPECT_FALSE(key.signed_this(message, ByteView(signature).first(size))) << size;
    signature.push_back(0);
    EXPECT_FALSE(key.signed_this(message, signature));
  }
}

TEST(PublicKey, TakesTheDerFormOfEcdsaOnly) {
  for (const test::KeyKind kind : {test::KeyKind::p256, test::KeyKind::p384, test::KeyKind::p521}) {
    const test::PrivateKey made(kind);
    const PublicKey key = PublicKey::decode(made.public_key_info()).value();
    const Bytes message{1, 2, 3};
    Bytes der = made.sign_der(message);
    EXPECT_TRUE(key.signed_this(message, der));
    EXPECT_FALSE(key.signed_this(message, made.sign(message))) << "r||s";
    EXPECT_FALSE(key.signed_this(Bytes{1, 2}, der));
    for (std::size_t size = 0; size < der.size(); ++size)
      EXPECT_FALSE(key.signed_this(message, ByteView(der).first(size))) << size;
    der.push_back(0);
    EXPECT_FALSE(key.signed_this(message, der));
  }
}

TEST(PublicKey, IsOfNoOtherKind) {
  for (const test::KeyKind kind : {test::KeyKind::rsa2048, test::KeyKind::secp256k1,
                                   test::KeyKind::brainpool384, test::KeyKind::p384_explicit})
    EXPECT_FALSE(PublicKey::decode(test::PrivateKey(kind).public_key_info()));
  EXPECT_TRUE(PublicKey::decode(test::PrivateKey(test::KeyKind::ed25519).public_key_info()));
}

TEST(PublicKey, IsNothingWhenItsBytesEndEarlyOrGoOn) {
  for (const KnownKey& known : known_keys) {
    Bytes info = only_key(known.line).public_key_info();
    for (std::size_t size = 0; size < info.size(); ++size)
      EXPECT_FALSE(PublicKey::decode(ByteView(info).first(size))) << known.words << size;
    info.push_back(0);
    EXPECT_FALSE(PublicKey::decode(info)) << known.words;
    const std::size_t begin = known.line.find(' ') + 1;
    Bytes blob = from_base64(known.line.substr(begin, known.line.rfind(' ') - begin)).value();
    EXPECT_TRUE(openssh::decode_public_key(blob));
    for (std::size_t size = 0; size < blob.size(); ++size)
      EXPECT_FALSE(openssh::decode_public_key(ByteView(blob).first(size))) << known.words << size;
    blob.push_back(0);
    EXPECT_FALSE(openssh::decode_public_key(blob)) << known.words;
  }
}

TEST(PublicKeys, AreSeveralInAFileInEitherForm) {
  const std::string lines =
      "# alice\r\n\n" + std::string(known_keys[0].line) + "\r\n" + std::string(known_keys[3].line);
  EXPECT_EQ(read_public_keys(lines).size(), 2U);
  const std::string pem = "alice:\n" + std::string(known_keys[0].pem) +
                          std::string(known_keys[3].pem) + "and no more\n";
  EXPECT_EQ(read_public_keys(pem).size(), 2U);
}

TEST(PublicKeys, AreRefusedWithAReason) {
  const auto refusal = [](std::string_view text) {
    return test::refusal_of([&] { (void)read_public_keys(text); });
  };
  for (const std::string_view text :
       {std::string_view(), std::string_view("# nobody\n"), rsa_line,
        std::string_view("ssh-ed25519"), std::string_view("ssh-ed25519 !!!! alice"),
        std::string_view("-----BEGIN PUBLIC KEY-----\nAAAA\n")})
    EXPECT_EQ(refusal(text).kind(), ErrorKind::malformed) << text;
  // The kind in front and the kind in the blob are two.
  std::string line(known_keys[3].line);
  line.replace(0, line.find(' '), "ecdsa-sha2-nistp256");
  EXPECT_EQ(refusal(line).kind(), ErrorKind::malformed);
  EXPECT_EQ(refusal(std::string(max_public_key_file_size + 1, '#')).kind(), ErrorKind::malformed);
}

TEST(PublicKeys, AreNoPrivateKeys) {
  for (const char* label : {"PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"}) {
    const std::string pem = "-----BEGIN " + std::string(label) + "-----\nAAAA\n-----END " +
                            std::string(label) + "-----\n";
    const Error error = test::refusal_of([&] { (void)read_public_keys(pem); });
    EXPECT_STREQ(error.what(), "this is a private key") << label;
  }
}

}  // namespace
}  // namespace reproduce

#include "reproduce/cose/sign1.hpp"

#include <string>
#include <string_view>

#include "support/vectors.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/cose/cbor.hpp"
#include "reproduce/crypto/x509.hpp"

namespace reproduce::cose {
namespace {

/// A message in hexadecimal, good unless a test says otherwise.
struct Parts {
  std::string_view array = "84";
  std::string_view header = "44a1013822";
  std::string_view unprotected = "a0";
  std::string_view payload = "43010203";
  std::string_view signature_head = "5860";
  std::size_t signature_size = 96;
  std::string_view before{};
  std::string_view after{};
};

std::string joined(const Parts& parts) {
  std::string hex;
  for (const std::string_view part : {parts.before, parts.array, parts.header, parts.unprotected,
                                      parts.payload, parts.signature_head})
    hex += part;
  hex.append(2 * parts.signature_size, '1');
  hex += parts.after;
  return hex;
}

Bytes message(const Parts& parts) {
  return from_hex(joined(parts)).value();
}

std::string failure(ByteView bytes) {
  try {
    (void)decode_sign1(bytes);
    return "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << to_hex(bytes);
    return error.what();
  }
}

std::string failure(const Parts& parts) {
  return failure(message(parts));
}

TEST(Sign1, ReadsTheFourParts) {
  const Bytes bytes = message({});
  const Sign1 sign1 = decode_sign1(bytes, 100);
  EXPECT_FALSE(sign1.tagged);
  EXPECT_EQ(sign1.algorithm, Algorithm::es384);
  EXPECT_EQ(to_hex(sign1.protected_header), "a1013822");
  EXPECT_EQ(to_hex(sign1.payload), "010203");
  EXPECT_EQ(sign1.payload_offset, 108U);
  EXPECT_EQ(sign1.signature.size(), 96U);
}

TEST(Sign1, ReadsTag18) {
  const Bytes bytes = message({.before = "d2"});
  EXPECT_TRUE(decode_sign1(bytes).tagged);
}

TEST(Sign1, ReadsTheThreeAlgorithms) {
  const std::pair<Bytes, Algorithm> messages[] = {
      {message({.header = "43a10126", .signature_head = "5840", .signature_size = 64}),
       Algorithm::es256},
      {message({}), Algorithm::es384},
      {message({.header = "44a1013823", .signature_head = "5884", .signature_size = 132}),
       Algorithm::es512}};
  for (const auto& [bytes, algorithm] : messages) {
    EXPECT_EQ(decode_sign1(bytes).algorithm, algorithm);
    EXPECT_EQ(to_hex(protected_header_for(algorithm)),
              to_hex(decode_sign1(bytes).protected_header));
  }
}

// RFC 9052, section 4.4, written out by hand.
TEST(Sign1, SignsTheSigStructure) {
  const Bytes header = from_hex("a1013822").value();
  const Bytes payload = from_hex("010203").value();
  EXPECT_EQ(to_hex(signed_bytes(header, payload)),
            "84"
            "6a5369676e617475726531"
            "44a1013822"
            "40"
            "43010203");
}

TEST(Sign1, RefusesEveryTruncationAndEveryAddition) {
  const Bytes whole = message({.before = "d2"});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW((void)decode_sign1(ByteView(whole).first(size)), Error) << size << " bytes";
  EXPECT_EQ(failure({.after = "00"}), "bytes follow the CBOR item");
  EXPECT_EQ(failure({.before = "d2", .after = "00"}), "bytes follow the CBOR item");
}

TEST(Sign1, RefusesOtherTags) {
  EXPECT_EQ(failure({.before = "d1"}), "not a COSE_Sign1 message");      // COSE_Mac0
  EXPECT_EQ(failure({.before = "d862"}), "not a COSE_Sign1 message");    // COSE_Sign
  EXPECT_EQ(failure({.before = "d9d9f7"}), "not a COSE_Sign1 message");  // self-described CBOR
  EXPECT_EQ(failure({.before = "d2d2"}), "COSE_Sign1 is not of the CBOR type it must be");
  EXPECT_EQ(failure({.before = "d812"}), "the tag of COSE_Sign1 is not in its shortest CBOR form");
}

TEST(Sign1, RefusesASecondSpellingOfWhatIsNotSigned) {
  const std::string longer = " is not in its shortest CBOR form";
  EXPECT_EQ(failure({.array = "9804"}), "COSE_Sign1" + longer);
  EXPECT_EQ(failure({.array = "9f", .after = "ff"}), "COSE_Sign1" + longer);
  EXPECT_EQ(failure({.header = "5804a1013822"}), "the protected header of COSE_Sign1" + longer);
  EXPECT_EQ(failure({.unprotected = "bfff"}), "the unprotected header of COSE_Sign1" + longer);
  EXPECT_EQ(failure({.unprotected = "b800"}), "the unprotected header of COSE_Sign1" + longer);
  EXPECT_EQ(failure({.payload = "5803010203"}), "the payload of COSE_Sign1" + longer);
  EXPECT_EQ(failure({.signature_head = "590060"}), "the signature of COSE_Sign1" + longer);
}

TEST(Sign1, RefusesAnUnprotectedHeaderThatSaysSomething) {
  const std::string not_empty = "the unprotected header of COSE_Sign1 is not empty";
  EXPECT_EQ(failure({.unprotected = "a1044131"}), not_empty);
  EXPECT_EQ(failure({.unprotected = "a1013822"}), not_empty);
  EXPECT_EQ(failure({.unprotected = "f6"}),
            "the unprotected header of COSE_Sign1 is not of the CBOR type it must be");
}

TEST(Sign1, RefusesProtectedHeadersThatAreNotJustTheAlgorithm) {
  const std::string only =
      "the protected header of COSE_Sign1 must hold the algorithm and nothing else";
  for (const char* header : {"41a0", "47a2013822044131", "44a1023822", "44a1203822"})
    EXPECT_EQ(failure({.header = header}), only) << header;
  EXPECT_EQ(failure({.header = "40"}), "a CBOR item runs past the end");
  EXPECT_EQ(failure({.header = "45a101382200"}), "bytes follow the CBOR item");
  EXPECT_EQ(failure({.header = "4180"}),
            "the protected header of COSE_Sign1 is not of the CBOR type it must be");
  EXPECT_EQ(failure({.header = "46bf013822ff00"}), "bytes follow the CBOR item");
  EXPECT_EQ(failure({.header = "45bf013822ff"}),
            "the protected header of COSE_Sign1 is not in its shortest CBOR form");
  EXPECT_EQ(failure({.header = "45a101390022"}), "the algorithm is not in its shortest CBOR form");
  EXPECT_EQ(failure({.header = "45a118013822"}),
            "the algorithm's label is not in its shortest CBOR form");
}

TEST(Sign1, RefusesOtherAlgorithms) {
  // PS256 (-37), EdDSA (-8), HMAC (5), 35, and "ES384" as text
  for (const char* header :
       {"44a1013824", "43a10127", "43a10105", "44a1011823", "48a101654553333834"})
    EXPECT_EQ(failure({.header = header}), "COSE_Sign1 names an algorithm that is not accepted")
        << header;
}

TEST(Sign1, RefusesSignaturesOfTheWrongSize) {
  const std::string wrong_size = "the signature of COSE_Sign1 has the wrong size";
  EXPECT_EQ(failure({.signature_head = "40", .signature_size = 0}), wrong_size);
  EXPECT_EQ(failure({.signature_head = "5840", .signature_size = 64}), wrong_size);
  EXPECT_EQ(failure({.signature_head = "585f", .signature_size = 95}), wrong_size);
  EXPECT_EQ(failure({.signature_head = "5861", .signature_size = 97}), wrong_size);
  EXPECT_EQ(failure({.signature_head = "5884", .signature_size = 132}), wrong_size);
  EXPECT_EQ(failure({.header = "43a10126"}), wrong_size);
}

TEST(Sign1, RefusesDetachedPayloadsAndOtherTypes) {
  const std::string wrong_payload = "the payload of COSE_Sign1 is not of the CBOR type it must be";
  EXPECT_EQ(failure({.payload = "f6"}), wrong_payload);
  EXPECT_EQ(failure({.payload = "63414243"}), wrong_payload);
  EXPECT_EQ(failure({.array = "83", .payload = ""}), "COSE_Sign1 has the wrong number of parts");
  EXPECT_EQ(failure({.array = "85", .after = "00"}), "COSE_Sign1 has the wrong number of parts");
  EXPECT_EQ(failure(Bytes{0xa0}), "COSE_Sign1 is not of the CBOR type it must be");
}

// A document that AWS signed: the signature of a stranger's code over a stranger's bytes.
TEST(Sign1, VerifiesAGenuineMessageAndNoOtherPayload) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  const Bytes message = test::read_vector("attestation/Epsilon-Data_nitro-verify-1.cbor");
  const Sign1 sign1 = decode_sign1(message);
  const CborItem payload = decode_cbor(sign1.payload);
  const Certificate leaf = decode_certificate(find(payload, "certificate")->content);
  const EcPublicKey key = public_key(leaf).value();
  EXPECT_TRUE(is_signed_by(sign1, key));

  Sign1 other = sign1;
  other.payload = sign1.payload.first(sign1.payload.size() - 1);
  EXPECT_FALSE(is_signed_by(other, key));
  other = sign1;
  other.algorithm = Algorithm::es256;
  EXPECT_FALSE(is_signed_by(other, key));
}

}  // namespace
}  // namespace reproduce::cose

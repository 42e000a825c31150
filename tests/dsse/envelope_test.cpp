#include "reproduce/dsse/envelope.hpp"

#include <string>

#include "support/refusal.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::dsse {
namespace {

// The example of protocol.md, and of its reference implementation.
TEST(Envelope, IsSignedOverTypeAndPayloadWithTheirLengths) {
  EXPECT_EQ(as_text(pre_authentication("http://example.com/HelloWorld", as_bytes("hello world"))),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  EXPECT_EQ(as_text(pre_authentication("", {})), "DSSEv1 0  0 ");
}

std::string envelope(const std::string& payload = "e30=", const std::string& signature = "AQI=") {
  return R"({"payload": ")" + payload + R"(", "payloadType": "t", "signatures": [{"sig": ")" +
         signature + R"("}]})";
}

TEST(Envelope, IsReadInEitherAlphabetAndWithKeysThatNobodyKnows) {
  const Envelope read = parse_envelope(
      R"({"payload": "_-8", "payloadType": "t", "more": {"a": 1},
          "signatures": [{"keyid": "k", "sig": "AQI=", "cert": "x"}, {"keyid": null, "sig": ""}]})");
  EXPECT_EQ(read.payload, (Bytes{0xff, 0xef}));
  EXPECT_EQ(read.payload_type, "t");
  ASSERT_EQ(read.signatures.size(), 2U);
  EXPECT_EQ(read.signatures[0].key_id, "k");
  EXPECT_EQ(read.signatures[0].value, (Bytes{1, 2}));
  EXPECT_EQ(read.signatures[1].key_id, "");
}

TEST(Envelope, ComesBackAsItWasWritten) {
  const Envelope made{.payload_type = std::string(in_toto_type),
                      .payload = {'{', '}'},
                      .signatures = {{"id", {1, 2, 3}}, {"", {4}}}};
  const std::string text = write_envelope(made);
  EXPECT_EQ(text.back(), '\n');
  EXPECT_TRUE(is_envelope(text));
  const Envelope read = parse_envelope(text);
  EXPECT_EQ(read.payload_type, made.payload_type);
  EXPECT_EQ(read.payload, made.payload);
  ASSERT_EQ(read.signatures.size(), 2U);
  EXPECT_EQ(read.signatures[0].value, made.signatures[0].value);
  EXPECT_EQ(read.signatures[1].key_id, "");
}

TEST(Envelope, IsMalformedWhereverItIsCut) {
  const std::string whole = envelope();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Error error =
        test::refusal_of([&] { (void)parse_envelope(std::string_view(whole).substr(0, size)); });
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << size;
    EXPECT_FALSE(is_envelope(std::string_view(whole).substr(0, size)));
  }
}

TEST(Envelope, IsRefusedForEachFault) {
  std::string many = R"({"payload": "", "payloadType": "t", "signatures": [)";
  for (std::size_t at = 0; at <= most_signatures; ++at)
    many += std::string(at == 0 ? "" : ", ") + R"({"sig": ""})";
  many += "]}";
  for (
      const std::string& text : {
          std::string("[]"),
          std::string("7"),
          std::string("{}"),
          envelope("e30=="),
          envelope("!"),
          envelope("e3 0="),
          envelope("e30=", "A"),
          std::string(R"({"payload": "", "payloadType": "t", "signatures": []})"),
          std::string(R"({"payload": "", "payloadType": "t", "signatures": {}})"),
          std::string(R"({"payload": "", "payloadType": "t", "signatures": [1]})"),
          std::string(R"({"payload": "", "payloadType": "t", "signatures": [{"keyid": "a"}]})"),
          std::string(R"({"payload": "", "payloadType": 1, "signatures": [{"sig": ""}]})"),
          std::string(R"({"payloadType": "t", "signatures": [{"sig": ""}]})"),
          std::string(
              R"({"payload": "", "payload": "", "payloadType": "t", "signatures": [{"sig": ""}]})"),
          std::string(
              R"({"payload": "", "payloadType": "t", "signatures": [{"keyid": 1, "sig": ""}]})"),
          many,
      })
    EXPECT_EQ(test::refusal_of([&] { (void)parse_envelope(text); }).kind(), ErrorKind::malformed)
        << text;
}

TEST(Envelope, IsToldFromOtherJson) {
  EXPECT_FALSE(is_envelope(R"({"PCR0": "00"})"));
  EXPECT_FALSE(is_envelope(R"(["payloadType"])"));
  EXPECT_FALSE(is_envelope("payloadType"));
  EXPECT_TRUE(is_envelope(R"({"payloadType": 1})"));
}

}  // namespace
}  // namespace reproduce::dsse

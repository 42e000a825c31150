#include "reproduce/attestation/envelope.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::attestation {
namespace {

/// Bytes that begin as a document does.
Bytes sample(std::uint8_t last = 0) {
  Bytes bytes = {0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa0};
  bytes.resize(300, 0x5a);
  bytes.push_back(last);
  return bytes;
}

Unwrapped unwrap_text(const std::string& text, const std::optional<std::string>& field = {}) {
  return unwrap(as_bytes(text), field);
}

std::string failure(const std::string& text, const std::optional<std::string>& field = {}) {
  try {
    return "accepted as " + unwrap_text(text, field).form;
  } catch (const Error& error) {
    EXPECT_TRUE(error.kind() == ErrorKind::malformed ||
                (field && error.kind() == ErrorKind::usage));
    return error.context().got.empty() ? error.what()
                                       : std::string(error.what()) + ": " + error.context().got;
  }
}

std::string armour(const std::string& label, const std::string& body) {
  return "-----BEGIN " + label + "-----\n" + body + "-----END " + label + "-----\n";
}

std::string lines(const std::string& digits) {
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += 64) (text += digits.substr(at, 64)) += "\n";
  return text;
}

TEST(Envelope, PlainDocumentsNeedNone) {
  EXPECT_EQ(unwrap(sample()).document, sample());
  EXPECT_EQ(unwrap(sample()).form, "raw CBOR");
  EXPECT_EQ(unwrap_text(to_base64(sample()) + "\n").form, "base64");
  EXPECT_EQ(unwrap_text(to_hex(sample())).document, sample());
}

TEST(Envelope, TheOneFieldOfJsonThatLooksLikeADocumentIsFound) {
  const std::string document = to_base64(sample());
  for (const std::string& json :
       {R"({"attestation":")" + document + R"("})", "\"" + document + "\"",
        R"([{"key":"AAAA","n":7,"x":null},{"deep":{"er":[")" + document + R"("]}}])",
        R"( {"signature":")" + to_base64(Bytes(96, 7)) + R"(","doc":")" + document + "\"}\n",
        R"({"document":")" + to_hex(sample()) + R"("})"})
    EXPECT_EQ(unwrap_text(json).document, sample()) << json;
  EXPECT_EQ(unwrap_text(R"({"a/b":[")" + document + R"("]})").form,
            "base64 in the field '/a~1b/0' of JSON");
}

TEST(Envelope, SeveralFieldsThatCouldBeMeantAreListed) {
  const std::string one = to_base64(sample(1));
  const std::string two = to_base64(sample(2));
  const std::string json = R"({"old":")" + one + R"(","new":[")" + two + R"("]})";
  EXPECT_EQ(failure(json),
            "several fields of the JSON look like an attestation document: '/new/0', '/old'");
  EXPECT_EQ(unwrap_text(json, "old").document, sample(1));
  EXPECT_EQ(unwrap_text(json, "/new/0").document, sample(2));
}

TEST(Envelope, AFieldThatIsNamedMustBeThereAndHoldADocument) {
  const std::string json =
      R"({"a":{"b":7},"c":"words and blanks!","d":")" + to_base64(sample()) + "\"}";
  EXPECT_EQ(failure(json, "e"), "the JSON has no field 'e'");
  EXPECT_EQ(failure(json, "/a/x"), "the JSON has no field '/a/x'");
  EXPECT_EQ(failure(json, "/a/b"), "the field '/a/b' of the JSON is no text");
  EXPECT_EQ(failure(json, "c").substr(0, 62),
            "the attestation document is text, but no base64 or hexadecimal");
  EXPECT_EQ(failure(json, "/a/~7"), "--field is no key and no JSON pointer: /a/~7");
  EXPECT_EQ(failure(to_base64(sample()), "d"), "there is no JSON to look for a field in");
}

TEST(Envelope, JsonThatCouldBeReadInTwoWaysIsRefused) {
  const std::string document = to_base64(sample());
  EXPECT_EQ(failure(R"({"a":")" + document + R"(","a":"x"})"),
            "the JSON around the document has a key twice: a");
  EXPECT_EQ(failure("{}"), "no field of the JSON looks like an attestation document");
  EXPECT_EQ(failure(std::string(20, '[') + std::string(20, ']')),
            "the JSON around the document is nested too deeply");
  EXPECT_EQ(failure(R"({"a":")" + document + R"("} more)").substr(0, 41),
            "the JSON around the document is no JSON: ");
  EXPECT_EQ(failure("{\"a\":\"" + document.substr(0, 100)).substr(0, 39),
            "the JSON around the document is no JSON");
}

TEST(Envelope, TheBodyOfAnHttpResponseIsTaken) {
  const std::string body = to_base64(sample());
  const std::string binary(as_text(sample()));
  for (const std::string& text :
       {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + body + "\n",
        "HTTP/2 200 \r\nserver: x\r\n\r\n{\"document\":\"" + body + "\"}",
        "HTTP/1.1 200 OK\n\n" + body,
        "HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 301 Moved\r\nLocation: x\r\n\r\n"
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" +
            binary,
        "HTTP/1.1 201 Created\r\n\r\n" + armour("NITRO ATTESTATION", lines(body))})
    EXPECT_EQ(unwrap_text(text).document, sample()) << text.substr(0, 40);
  EXPECT_EQ(unwrap_text("HTTP/2 200 \r\n\r\n" + binary).form, "raw CBOR in an HTTP response");
}

TEST(Envelope, AnHttpResponseThatIsNoSuccessHoldsNoDocument) {
  const std::string body = to_base64(sample());
  EXPECT_EQ(failure("HTTP/1.1 404 Not Found\r\n\r\n" + body),
            "the HTTP response is no success, so it holds no document: status 404");
  EXPECT_EQ(failure("HTTP/1.1 302 Found\r\nLocation: x\r\n\r\n"),
            "the HTTP response is no success, so it holds no document: status 302");
  EXPECT_EQ(failure("HTTP/1.1 OK\r\n\r\n" + body), "the HTTP response has no status: HTTP/1.1 OK");
  EXPECT_EQ(failure("HTTP/1.1 200 OK\r\nA: b\r\n"), "the HTTP response ends within its headers");
  EXPECT_EQ(failure("HTTP/1.1 200 OK\r\n\r\n\x1f\x8b\x08"),
            "the body of the HTTP response is compressed");
  EXPECT_EQ(failure("HTTP/1.1 200 OK\r\n\r\n"), "the attestation document is empty");
  std::string many;
  for (int count = 0; count < 70; ++count) many += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(failure(many), "too many HTTP responses follow each other");
}

TEST(Envelope, ArmourIsTakenOff) {
  const std::string body = to_base64(sample());
  EXPECT_EQ(unwrap_text(armour("NITRO ATTESTATION DOCUMENT", lines(body))).document, sample());
  EXPECT_EQ(unwrap_text("\n\n" + armour("COSE", body + "\r\n") + "\n").form, "armour");
}

TEST(Envelope, ArmourMustBeWholeAndAlone) {
  const std::string body = lines(to_base64(sample()));
  EXPECT_EQ(failure("-----BEGIN COSE\n" + body), "the armour's first line has no end");
  EXPECT_EQ(failure("-----BEGIN -----\n" + body + "-----END -----\n"),
            "the armour's first line makes no sense");
  EXPECT_EQ(failure("-----BEGIN A-----\n" + body), "the armour has no last line");
  EXPECT_EQ(failure("-----BEGIN A-----\n" + body + "-----END B-----\n"),
            "the armour ends otherwise than it begins: -----END B-----");
  EXPECT_EQ(failure(armour("A", body) + armour("A", body)),
            "the armour is followed by something else");
  EXPECT_EQ(failure(armour("A", "")), "what stands in the armour is no base64");
  EXPECT_EQ(failure(armour("A", "Version: 1\n\n" + body)),
            "what stands in the armour is no base64");
  EXPECT_EQ(failure("words before\n" + armour("A", body)).substr(0, 62),
            "the attestation document is text, but no base64 or hexadecimal");
}

TEST(Envelope, IsKnownByHowItBegins) {
  const std::string binary(as_text(sample()));
  for (const std::string& text :
       {binary, to_base64(sample()), to_hex(sample()), "\n" + armour("A", "AAAA\n"),
        std::string(" {\"a\":1}"), std::string("[1]"), std::string("\"text\""),
        std::string("HTTP/1.1 404 Not Found\r\n\r\n"), "HTTP/2 200 \r\n\r\n" + binary})
    EXPECT_TRUE(begins_as_document(as_bytes(text))) << text.substr(0, 40);
  for (const std::string& text : {std::string(), std::string("hello"), std::string("----- BEGIN"),
                                  std::string("{eif\0\4", 6), std::string("http/1.1 200 OK")})
    EXPECT_FALSE(begins_as_document(as_bytes(text))) << text;
}

TEST(Envelope, TellsJsonWithADocumentFromOtherJson) {
  const std::string json = R"({"a":{"b":7},"d":")" + to_base64(sample()) + "\"}";
  for (const std::string& text : {json, "\n" + json, "HTTP/2 200 \r\n\r\n" + json}) {
    EXPECT_TRUE(has_document_field(as_bytes(text)));
    EXPECT_TRUE(has_document_field(as_bytes(text), "d"));
    EXPECT_TRUE(has_document_field(as_bytes(text), "/a/b"));
    EXPECT_FALSE(has_document_field(as_bytes(text), "e"));
  }
  for (const std::string& text :
       {std::string(R"({"PCR0":"00"})"), json.substr(0, 50), to_base64(sample()), std::string(),
        "HTTP/2 404 \r\n\r\n" + json, std::string(largest_wrapped + 1, ' ')})
    EXPECT_FALSE(has_document_field(as_bytes(text))) << text.substr(0, 40);
  EXPECT_THROW((void)has_document_field(as_bytes(json), "/a/~7"), Error);
}

TEST(Envelope, NothingLargerThanItsBoundsIsTaken) {
  const std::string large = to_base64(Bytes(largest_document + 1, 0x84));
  EXPECT_EQ(failure(armour("A", large + "\n")).substr(0, 41),
            "the attestation document is too large: 65");
  EXPECT_EQ(failure(std::string(largest_wrapped + 1, '{')),
            "the attestation document is too large: 1048577 bytes");
}

}  // namespace
}  // namespace reproduce::attestation

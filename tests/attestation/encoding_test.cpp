#include "reproduce/attestation/encoding.hpp"

#include <cctype>
#include <string>

#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::attestation {
namespace {

/// Bytes that look like the start of a document and use all 64 digits of base64.
Bytes sample() {
  Bytes bytes = {0x84, 0x44, 0xa1, 0x01, 0x38, 0x22, 0xa0};
  for (unsigned value = 0; value < 256; ++value) bytes.push_back(static_cast<std::uint8_t>(value));
  return bytes;
}

DecodedInput decode_text(const std::string& text) {
  return decode_input(as_bytes(text));
}

/// `text` with `separator` behind every `width` characters.
std::string broken(const std::string& text, std::size_t width, const std::string& separator) {
  std::string lines;
  for (std::size_t at = 0; at < text.size(); at += width)
    (lines += text.substr(at, width)) += separator;
  return lines;
}

std::string failure(const std::string& text) {
  try {
    (void)decode_text(text);
    return "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    return error.what();
  }
}

TEST(DocumentEncoding, KeepsRawCbor) {
  for (const std::uint8_t first : Bytes{0x84, 0xd2}) {
    Bytes raw = sample();
    raw[0] = first;
    const DecodedInput decoded = decode_input(raw);
    EXPECT_EQ(decoded.encoding, Encoding::binary);
    EXPECT_EQ(decoded.document, raw);
  }
}

TEST(DocumentEncoding, ReadsHexadecimalInEitherCaseWithAnyWhiteSpace) {
  const std::string lower = to_hex(sample());
  std::string upper = lower;
  for (char& digit : upper) digit = static_cast<char>(std::toupper(digit));
  for (const std::string& text : {lower, upper, lower + "\n", broken(lower, 2, " "),
                                  broken(upper, 77, "\r\n"), "\t " + lower}) {
    const DecodedInput decoded = decode_text(text);
    EXPECT_EQ(decoded.encoding, Encoding::hex);
    EXPECT_EQ(decoded.document, sample());
  }
}

TEST(DocumentEncoding, ReadsBothAlphabetsOfBase64WithAnyWhiteSpace) {
  const std::string standard = to_base64(sample());
  std::string url = standard;
  for (char& digit : url) digit = digit == '+' ? '-' : digit == '/' ? '_' : digit;
  ASSERT_NE(url, standard);
  std::string unpadded = url;
  std::erase(unpadded, '=');
  for (const std::string& text :
       {standard, url, unpadded, standard + "\n", broken(standard, 64, "\n"),
        broken(standard, 76, "\r\n"), broken(url, 1, "\t")}) {
    const DecodedInput decoded = decode_text(text);
    EXPECT_EQ(decoded.encoding, Encoding::base64);
    EXPECT_EQ(decoded.document, sample());
  }
}

TEST(DocumentEncoding, RefusesWhatIsEmpty) {
  for (const char* text : {"", "\n", " \t\r\n "})
    EXPECT_EQ(failure(text), "the attestation document is empty");
}

TEST(DocumentEncoding, RefusesTextThatIsNeither) {
  const std::string good = to_base64(sample());
  for (const std::string& text : {good + "=", "+" + good, good + "-_", good + "!", "0x" + good,
                                  "\"" + good + "\"", std::string("-----BEGIN"), good + "A==="})
    EXPECT_EQ(failure(text), "the attestation document is text, but no base64 or hexadecimal")
        << text.substr(0, 8);
  EXPECT_EQ(failure(to_hex(sample()) + "0"), "the attestation document has half a byte too much");
}

TEST(DocumentEncoding, RefusesWhatIsTooLarge) {
  const std::string too_large = "the attestation document is too large";
  EXPECT_EQ(failure(std::string(largest_document + 1, '\x84')), too_large);
  EXPECT_EQ(failure(to_hex(Bytes(largest_document + 1))), too_large);
  EXPECT_EQ(decode_text(to_hex(Bytes(largest_document))).document.size(), largest_document);
}

}  // namespace
}  // namespace reproduce::attestation

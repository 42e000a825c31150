#include "reproduce/attestation/encoding.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::attestation {
namespace {

bool is_white_space(std::uint8_t byte) {
  return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

bool is_text(std::uint8_t byte) {
  return is_white_space(byte) || (byte > ' ' && byte < 0x7f);
}

bool is_hex_digit(char digit) {
  return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f') ||
         (digit >= 'A' && digit <= 'F');
}

DecodedInput decode_text(std::string_view text) {
  if (std::ranges::all_of(text, is_hex_digit)) {
    if (std::optional<Bytes> bytes = from_hex(text)) return {Encoding::hex, std::move(*bytes)};
    throw Error(
        ErrorKind::malformed, "the attestation document has half a byte too much",
        {.expected = "an even number of hexadecimal digits", .got = std::to_string(text.size())});
  }
  if (std::optional<Bytes> bytes = from_base64(text)) return {Encoding::base64, std::move(*bytes)};
  throw Error(ErrorKind::malformed,
              "the attestation document is text, but no base64 or hexadecimal",
              {.expected = "CBOR, base64 (standard or URL alphabet) or hexadecimal",
               .got = "text that starts with " + std::string(text.substr(0, 16))});
}

}  // namespace

std::string_view words(Encoding encoding) {
  switch (encoding) {
    case Encoding::binary:
      return "raw CBOR";
    case Encoding::base64:
      return "base64";
    case Encoding::hex:
      return "hexadecimal";
  }
  throw Error(ErrorKind::bug, "unknown encoding");
}

DecodedInput decode_input(ByteView input) {
  DecodedInput decoded;
  if (std::ranges::all_of(input, is_text)) {
    std::string text(as_text(input));
    std::erase_if(text, [](char c) { return is_white_space(static_cast<std::uint8_t>(c)); });
    if (text.empty()) throw Error(ErrorKind::malformed, "the attestation document is empty");
    decoded = decode_text(text);
  } else {
    decoded.document.assign(input.begin(), input.end());
  }
  if (decoded.document.size() > largest_document)
    throw Error(ErrorKind::malformed, "the attestation document is too large",
                {.expected = "at most " + counted(largest_document, "byte"),
                 .got = counted(decoded.document.size(), "byte")});
  trace("attestation", [&] {
    return "the input of " + counted(input.size(), "byte") + " is " +
           std::string(words(decoded.encoding)) + ": a document of " +
           counted(decoded.document.size(), "byte");
  });
  return decoded;
}

}  // namespace reproduce::attestation

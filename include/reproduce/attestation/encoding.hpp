#pragma once

/// The forms in which people keep attestation documents.

#include <cstdint>
#include <string_view>

#include "reproduce/base/bytes.hpp"

namespace reproduce::attestation {

enum class Encoding { binary, base64, hex };

/// "raw CBOR", "base64", "hexadecimal".
[[nodiscard]] std::string_view words(Encoding encoding);

/// No document is larger; one that AWS signs is under 18 KiB (its payload is at most 16 KiB).
inline constexpr std::size_t largest_document = std::size_t{1} << 16;

/// The same in hexadecimal with generous line breaks: what a reader must be ready for.
inline constexpr std::size_t largest_input = 4 * largest_document;

struct DecodedInput {
  Encoding encoding = Encoding::binary;
  Bytes document;
};

/// Finds out the form and undoes it. Text is told from CBOR by its bytes: a
/// document starts with 84 or d2, which no text does. Text of nothing but
/// hexadecimal digits is hexadecimal (base64 of a document starts with `hE` or
/// `0o`, so it is never that); other text must be base64 in the standard or the
/// URL alphabet, padded or not. White space in text is passed over.
/// Throws Error{malformed} when nothing fits or the result is too large.
[[nodiscard]] DecodedInput decode_input(ByteView input);

}  // namespace reproduce::attestation

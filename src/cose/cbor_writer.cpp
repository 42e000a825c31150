#include "reproduce/cose/cbor_writer.hpp"

#include <array>

#include <cbor.h>

namespace reproduce::cose {
namespace {

/// A type byte and up to eight bytes of number (RFC 8949, section 3).
constexpr std::size_t longest_head = 9;

/// Appends what one of libcbor's encoders makes of `value`.
template <typename Encode, typename Value>
void append_head(ByteWriter& out, Encode encode, Value value) {
  std::array<std::uint8_t, longest_head> head{};
  const std::size_t size = encode(value, head.data(), head.size());
  out.write(ByteView(head).first(size));
}

}  // namespace

void CborWriter::integer(std::int64_t value) {
  if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
  append_head(out_, cbor_encode_negint, static_cast<std::uint64_t>(-(value + 1)));
}

void CborWriter::unsigned_integer(std::uint64_t value) {
  append_head(out_, cbor_encode_uint, value);
}

void CborWriter::byte_string(ByteView content) {
  append_head(out_, cbor_encode_bytestring_start, content.size());
  out_.write(content);
}

void CborWriter::text_string(std::string_view content) {
  append_head(out_, cbor_encode_string_start, content.size());
  out_.write(as_bytes(content));
}

void CborWriter::array(std::size_t items) {
  append_head(out_, cbor_encode_array_start, items);
}

void CborWriter::map(std::size_t pairs) {
  append_head(out_, cbor_encode_map_start, pairs);
}

void CborWriter::tag(std::uint64_t number) {
  append_head(out_, cbor_encode_tag, number);
}

void CborWriter::boolean(bool value) {
  append_head(out_, cbor_encode_bool, value);
}

void CborWriter::null() {
  std::array<std::uint8_t, longest_head> head{};
  out_.write(ByteView(head).first(cbor_encode_null(head.data(), head.size())));
}

}  // namespace reproduce::cose

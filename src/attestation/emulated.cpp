#include "reproduce/attestation/emulated.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "payload.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/cose/cbor.hpp"

namespace reproduce::attestation {
namespace {

using cose::CborItem;
using cose::CborKind;

// An array of four; a byte string of three: {1: -1}.
constexpr std::array<std::uint8_t, 5> beginning{0x84, 0x43, 0xa1, 0x01, 0x20};
constexpr std::size_t stand_in_size = 64;  // of what stands for certificates and the signature

void expect_stand_in(const CborItem& item, const std::string& field) {
  const ByteView bytes = byte_string(item, field, stand_in_size, stand_in_size);
  if (std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != 0; }))
    throw Error(ErrorKind::malformed, field + " of an unsigned document is not zero",
                {.offset = item.offset});
}

}  // namespace

bool is_emulated(ByteView bytes) noexcept {
  return bytes.size() >= beginning.size() &&
         std::ranges::equal(bytes.first(beginning.size()), beginning);
}

Claims decode_emulated(ByteView bytes) {
  if (!is_emulated(bytes))
    throw Error(ErrorKind::malformed, "this is not the document of an emulated security module",
                {.offset = 0, .expected = "84 43 a1 01 20"});
  const CborItem message = cose::decode_cbor(bytes);
  const CborItem& unprotected = message.items.at(1);
  expect_kind(unprotected, CborKind::map, "the unprotected header");
  if (!unprotected.items.empty())
    throw Error(ErrorKind::malformed, "the unprotected header is not empty",
                {.offset = unprotected.offset});
  const CborItem& content = message.items.at(2);
  expect_kind(content, CborKind::byte_string, "the payload");
  const CborItem payload = decode_payload(
      content.content, content.offset + content.encoded.size() - content.content.size());
  expect_stand_in(message.items.at(3), "the signature");
  expect_stand_in(mandatory(payload, "certificate", CborKind::byte_string), "'certificate'");
  const CborItem& cabundle = mandatory(payload, "cabundle", CborKind::array);
  if (cabundle.items.size() != 1)
    throw Error(ErrorKind::malformed, "'cabundle' of an unsigned document has the wrong size",
                {.offset = cabundle.offset,
                 .expected = "1 entry",
                 .got = std::to_string(cabundle.items.size())});
  expect_stand_in(cabundle.items.front(), "'cabundle' entry 0");
  return decode_claims(payload, {});
}

}  // namespace reproduce::attestation

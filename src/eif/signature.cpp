#include "reproduce/eif/signature.hpp"

#include <algorithm>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/cose/cbor.hpp"
#include "reproduce/cose/cbor_writer.hpp"
#include "reproduce/cose/sign1.hpp"
#include "reproduce/eif/layout.hpp"

namespace reproduce::eif {
namespace {

using cose::CborItem;
using cose::CborKind;

/// Each byte of the section may be an item of its own.
constexpr cose::CborLimits section_limits{.max_bytes = max_signature_size,
                                          .max_items = max_signature_size};

/// A byte string that was written as an array of unsigned integers.
Bytes bytes_of(const CborItem& array, std::string_view field) {
  cose::expect_kind(array, CborKind::array, field);
  Bytes bytes;
  bytes.reserve(array.items.size());
  for (const CborItem& item : array.items) {
    if (item.kind != CborKind::unsigned_integer || item.number > 0xff)
      throw Error(ErrorKind::malformed, std::string(field) + " is not a list of bytes",
                  {.offset = item.offset, .expected = "integers from 0 to 255"});
    bytes.push_back(static_cast<std::uint8_t>(item.number));
  }
  return bytes;
}

const CborItem& member(const CborItem& map, std::string_view key) {
  const CborItem* const item = cose::find(map, key);
  if (item == nullptr)
    throw Error(ErrorKind::malformed, "a map lacks a key",
                {.offset = map.offset, .expected = std::string(key)});
  return *item;
}

void expect_two_members(const CborItem& map, std::string_view field) {
  cose::expect_kind(map, CborKind::map, field);
  if (map.items.size() != 4)
    throw Error(ErrorKind::malformed, std::string(field) + " has unknown keys",
                {.offset = map.offset,
                 .expected = "two keys",
                 .got = std::to_string(map.items.size() / 2)});
}

SignatureEntry decode_entry(const CborItem& item) {
  expect_two_members(item, "an entry of the signature section");
  const Bytes pem = bytes_of(member(item, "signing_certificate"), "signing_certificate");
  return {.certificate_pem = {pem.begin(), pem.end()},
          .cose_sign1 = bytes_of(member(item, "signature"), "signature")};
}

/// The other way round: every byte is an integer of its own.
void write_bytes(cose::CborWriter& out, ByteView bytes) {
  out.array(bytes.size());
  for (const std::uint8_t byte : bytes) out.unsigned_integer(byte);
}

/// The payload {"register_index", "register_value"} against `pcr0`.
std::optional<std::string> payload_fault(ByteView payload, const Sha384Digest& pcr0) {
  const CborItem map = cose::decode_cbor(payload);
  expect_two_members(map, "the signed payload");
  const CborItem& index = member(map, "register_index");
  cose::expect_kind(index, CborKind::unsigned_integer, "register_index");
  if (index.number != 0) return "it signs PCR" + std::to_string(index.number) + " and not PCR0";
  if (!std::ranges::equal(bytes_of(member(map, "register_value"), "register_value"), pcr0))
    return "it signs the PCR0 of another image";
  return std::nullopt;
}

}  // namespace

SignatureSection decode_signature_section(ByteView payload) {
  const CborItem root = cose::decode_cbor(payload, section_limits);
  cose::expect_kind(root, CborKind::array, "the signature section");
  if (root.items.empty())
    throw Error(ErrorKind::malformed, "the signature section is empty",
                {.offset = 0, .expected = "at least one signature", .got = "none"});
  SignatureSection section;
  for (const CborItem& item : root.items) section.entries.push_back(decode_entry(item));
  section.certificate =
      decode_pem_certificate(section.entries.front().certificate_pem, "signing certificate");
  return section;
}

Bytes encode_signature_section(const std::vector<SignatureEntry>& entries) {
  cose::CborWriter out;
  out.array(entries.size());
  for (const SignatureEntry& entry : entries) {
    out.map(2);
    out.text_string("signing_certificate");
    write_bytes(out, as_bytes(entry.certificate_pem));
    out.text_string("signature");
    write_bytes(out, entry.cose_sign1);
  }
  return std::move(out).bytes();
}

Bytes signed_register(const Sha384Digest& pcr0) {
  cose::CborWriter out;
  out.map(2);
  out.text_string("register_index");
  out.unsigned_integer(0);
  out.text_string("register_value");
  write_bytes(out, pcr0);
  return std::move(out).bytes();
}

std::optional<std::string> signature_fault(const SignatureSection& section,
                                           const Sha384Digest& pcr0) {
  try {
    const cose::Sign1 message = cose::decode_sign1(section.entries.front().cose_sign1);
    const std::optional<EcPublicKey> key = public_key(section.certificate);
    if (!key) return "its certificate has no key on P-256, P-384 or P-521";
    if (!cose::is_signed_by(message, *key)) return "it is not by the certificate's key";
    return payload_fault(message.payload, pcr0);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return std::string("it makes no sense: ") + error.what();
  }
}

}  // namespace reproduce::eif

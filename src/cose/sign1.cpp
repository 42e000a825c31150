#include "reproduce/cose/sign1.hpp"

#include <optional>
#include <string>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/cose/cbor.hpp"
#include "reproduce/cose/cbor_writer.hpp"

namespace reproduce::cose {
namespace {

constexpr std::uint64_t sign1_tag = 18;             // RFC 9052, section 2
constexpr std::int64_t algorithm_label = 1;         // RFC 9052, section 3.1
constexpr std::string_view context = "Signature1";  // RFC 9052, section 4.4

constexpr Curve all_curves[] = {Curve::p256, Curve::p384, Curve::p521};

Curve curve_of(Algorithm algorithm) {
  for (const Curve curve : all_curves)
    if (algorithm_for(curve) == algorithm) return curve;
  throw Error(ErrorKind::bug, "unknown COSE algorithm");
}

std::optional<Algorithm> known_algorithm(const CborItem& item) {
  for (const Curve curve : all_curves)
    if (item.integer() == static_cast<std::int64_t>(algorithm_for(curve)))
      return algorithm_for(curve);
  return std::nullopt;
}

Algorithm decode_protected_header(const CborItem& header) {
  // The content starts where the byte string's head ends.
  const std::uint64_t origin = header.offset + header.encoded.size() - header.content.size();
  const CborItem map = decode_cbor(header.content, {}, origin);
  expect_kind(map, CborKind::map, "the protected header of COSE_Sign1");
  expect_shortest_form(map, "the protected header of COSE_Sign1");
  if (map.items.size() != 2 || map.items[0].integer() != algorithm_label)
    throw Error(ErrorKind::malformed,
                "the protected header of COSE_Sign1 must hold the algorithm and nothing else",
                {.offset = origin,
                 .expected = "{1: algorithm}",
                 .got = counted(map.items.size() / 2, "label")});
  const CborItem& value = map.items[1];
  expect_shortest_form(map.items[0], "the algorithm's label");
  expect_shortest_form(value, "the algorithm");
  if (const std::optional<Algorithm> algorithm = known_algorithm(value)) return *algorithm;
  throw Error(
      ErrorKind::malformed, "COSE_Sign1 names an algorithm that is not accepted",
      {.offset = value.offset,
       .expected = "ES256 (-7), ES384 (-35) or ES512 (-36)",
       .got = value.integer() ? std::to_string(*value.integer()) : std::string(words(value.kind))});
}

const CborItem& strip_tag(const CborItem& item) {
  if (item.kind != CborKind::tag) return item;
  expect_shortest_form(item, "the tag of COSE_Sign1");
  if (item.number != sign1_tag)
    throw Error(ErrorKind::malformed, "not a COSE_Sign1 message",
                {.offset = item.offset,
                 .expected = "tag 18, or none",
                 .got = "tag " + std::to_string(item.number)});
  return item.items[0];
}

const CborItem& byte_string(const CborItem& item, std::string_view field) {
  expect_kind(item, CborKind::byte_string, field);
  expect_shortest_form(item, field);
  return item;
}

}  // namespace

Algorithm algorithm_for(Curve curve) {
  switch (curve) {
    case Curve::p256:
      return Algorithm::es256;
    case Curve::p384:
      return Algorithm::es384;
    case Curve::p521:
      return Algorithm::es512;
  }
  throw Error(ErrorKind::bug, "unknown curve");
}

std::string_view words(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::es256:
      return "ES256 (-7)";
    case Algorithm::es384:
      return "ES384 (-35)";
    case Algorithm::es512:
      return "ES512 (-36)";
  }
  throw Error(ErrorKind::bug, "unknown COSE algorithm");
}

Sign1 decode_sign1(ByteView message, std::uint64_t origin) {
  const CborItem root = decode_cbor(message, {}, origin);
  const CborItem& array = strip_tag(root);
  expect_kind(array, CborKind::array, "COSE_Sign1");
  expect_shortest_form(array, "COSE_Sign1");
  if (array.items.size() != 4)
    throw Error(
        ErrorKind::malformed, "COSE_Sign1 has the wrong number of parts",
        {.offset = array.offset, .expected = "4", .got = std::to_string(array.items.size())});

  Sign1 sign1;
  sign1.tagged = &array != &root;
  const CborItem& header = byte_string(array.items[0], "the protected header of COSE_Sign1");
  sign1.protected_header = header.content;
  sign1.algorithm = decode_protected_header(header);

  const CborItem& unprotected = array.items[1];
  expect_kind(unprotected, CborKind::map, "the unprotected header of COSE_Sign1");
  expect_shortest_form(unprotected, "the unprotected header of COSE_Sign1");
  if (!unprotected.items.empty())
    throw Error(ErrorKind::malformed, "the unprotected header of COSE_Sign1 is not empty",
                {.offset = unprotected.offset});

  const CborItem& payload = byte_string(array.items[2], "the payload of COSE_Sign1");
  sign1.payload = payload.content;
  sign1.payload_offset = payload.offset + payload.encoded.size() - payload.content.size();

  const CborItem& signature = byte_string(array.items[3], "the signature of COSE_Sign1");
  sign1.signature = signature.content;
  const std::size_t expected_size = signature_size(curve_of(sign1.algorithm));
  if (signature.content.size() != expected_size)
    throw Error(
        ErrorKind::malformed, "the signature of COSE_Sign1 has the wrong size",
        {.offset = signature.offset,
         .expected = counted(expected_size, "byte") + " for " + std::string(words(sign1.algorithm)),
         .got = counted(signature.content.size(), "byte")});
  return sign1;
}

Bytes signed_bytes(ByteView protected_header, ByteView payload) {
  CborWriter out;
  out.array(4);
  out.text_string(context);
  out.byte_string(protected_header);
  out.byte_string({});
  out.byte_string(payload);
  return std::move(out).bytes();
}

Bytes protected_header_for(Algorithm algorithm) {
  CborWriter out;
  out.map(1);
  out.integer(algorithm_label);
  out.integer(static_cast<std::int64_t>(algorithm));
  return std::move(out).bytes();
}

Bytes encode_sign1(ByteView protected_header, ByteView payload, ByteView signature) {
  CborWriter out;
  out.array(4);
  out.byte_string(protected_header);
  out.map(0);
  out.byte_string(payload);
  out.byte_string(signature);
  return std::move(out).bytes();
}

bool is_signed_by(const Sign1& message, const EcPublicKey& key) {
  return message.algorithm == algorithm_for(key.curve()) &&
         key.signed_this(signed_bytes(message.protected_header, message.payload),
                         message.signature);
}

}  // namespace reproduce::cose

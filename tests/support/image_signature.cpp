#include "support/image_signature.hpp"

#include <utility>

#include "reproduce/cose/cbor_writer.hpp"
#include "reproduce/cose/sign1.hpp"

namespace reproduce::test {
namespace {

using cose::CborWriter;

/// As AWS's tool writes byte strings: a list of integers.
void byte_list(CborWriter& out, ByteView bytes) {
  out.array(bytes.size());
  for (const std::uint8_t byte : bytes) out.unsigned_integer(byte);
}

Bytes signed_register(const ImageSignature& signature) {
  CborWriter out;
  out.map(2);
  out.text_string("register_index");
  out.unsigned_integer(signature.index);
  out.text_string("register_value");
  byte_list(out, signature.value);
  return std::move(out).bytes();
}

Bytes sign1(const ImageSignature& signature, const PrivateKey& key) {
  const Bytes payload = signed_register(signature);
  const Bytes header = cose::protected_header_for(cose::algorithm_for(signature.curve));
  Bytes by_key = key.sign(cose::signed_bytes(header, payload));
  by_key.resize(by_key.size() - signature.cut_signature);
  CborWriter out;
  out.array(4);
  out.byte_string(header);
  out.map(0);
  out.byte_string(payload);
  out.byte_string(by_key);
  return std::move(out).bytes();
}

}  // namespace

Bytes ImageSignature::bytes() const {
  const PrivateKey key(kind);
  const PrivateKey other(kind);
  const Bytes certificate = make_certificate(
      {.subject = "signer", .issuer = "signer", .not_before = 0, .not_after = 4102444800}, key,
      key);
  CborWriter out;
  out.array(1);
  out.map(2);
  out.text_string("signing_certificate");
  byte_list(out, as_bytes(pem_prefix + to_pem(certificate)));
  out.text_string("signature");
  byte_list(out, sign1(*this, by_another_key ? other : key));
  return std::move(out).bytes();
}

}  // namespace reproduce::test

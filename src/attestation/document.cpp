#include "reproduce/attestation/document.hpp"

#include <string>
#include <utility>

#include "payload.hpp"

#include "reproduce/attestation/chain_cache.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/cose/cbor.hpp"
#include "reproduce/cose/sign1.hpp"

namespace reproduce::attestation {
namespace {

using cose::CborItem;
using cose::CborKind;

constexpr std::size_t largest_certificate = 1024;  // of nsm-api's attestation_process.md

/// A certificate inside the document; errors name its place in it.
Certificate decode_embedded(const CborItem& item, const std::string& field, ChainCache* cache) {
  const ByteView der = byte_string(item, field, 1, largest_certificate);
  try {
    return cache != nullptr ? cache->decode(der, field) : decode_certificate(der, field);
  } catch (const Error& error) {
    ErrorContext context = error.context();
    context.offset = item.offset;
    throw Error(error.kind(), error.what(), std::move(context));
  }
}

std::vector<Certificate> decode_cabundle(const CborItem& payload, ChainCache* cache) {
  const CborItem& array = mandatory(payload, "cabundle", CborKind::array);
  if (array.items.empty())
    throw Error(ErrorKind::malformed, "'cabundle' is empty",
                {.offset = array.offset, .expected = "the root certificate at the least"});
  std::vector<Certificate> certificates;
  for (const CborItem& item : array.items)
    certificates.push_back(
        decode_embedded(item, "'cabundle' entry " + std::to_string(certificates.size()), cache));
  return certificates;
}

}  // namespace

std::string_view name_of(DocumentKind kind) noexcept {
  return kind == DocumentKind::enclave ? "enclave" : "nitrotpm";
}

Document decode_document(ByteView bytes, const DecodeOptions& wanted) {
  const cose::Sign1 message = cose::decode_sign1(bytes);
  if (message.algorithm != cose::Algorithm::es384)
    throw Error(ErrorKind::malformed, "attestation documents are signed with ES384",
                {.expected = "ES384 (-35)", .got = std::string(words(message.algorithm))});
  const CborItem payload = decode_payload(message.payload, message.payload_offset);
  trace("attestation", [&] {
    return "COSE_Sign1 with a payload of " + counted(message.payload.size(), "byte") +
           ", a map of " + std::to_string(payload.items.size() / 2) + " keys";
  });

  Document document;
  static_cast<Claims&>(document) = decode_claims(payload, wanted);
  document.tagged = message.tagged;
  document.certificate = decode_embedded(mandatory(payload, "certificate", CborKind::byte_string),
                                         "'certificate'", wanted.cache);
  document.cabundle = decode_cabundle(payload, wanted.cache);
  trace("attestation", [&] {
    return "decoded: module '" + document.module_id + "', " + format_utc(document.time()) + ", " +
           counted(document.pcrs.size(), "register") + ", " +
           counted(document.cabundle.size() + 1, "certificate") + "; nothing is trusted yet";
  });
  return document;
}

}  // namespace reproduce::attestation

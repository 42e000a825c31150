#include "payload.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::attestation {
namespace {

using cose::CborItem;
using cose::CborKind;

// Limits of nsm-api's attestation_process.md, except for the optional fields:
// AWS's text says 512, but AWS has signed 746 and 1024 bytes.
constexpr std::size_t largest_payload = 16384;
constexpr std::size_t largest_optional_field = 1024;
constexpr std::uint64_t end_of_year_9999_ms = 253402300800000;

// Besides the one of the registers.
constexpr std::array<std::string_view, 8> known_keys = {"module_id",   "digest",   "timestamp",
                                                        "certificate", "cabundle", "public_key",
                                                        "user_data",   "nonce"};

/// How the two kinds have their registers.
struct RegisterMap {
  std::string_view key;
  std::uint64_t most;  ///< how many there are, from 0
};

constexpr RegisterMap enclave_map{"pcrs", 32};
// A TPM has 24 (TCG PC Client Platform TPM Profile); observed in every document.
constexpr RegisterMap nitrotpm_map{"nitrotpm_pcrs", 24};

const RegisterMap& map_of(DocumentKind kind) {
  return kind == DocumentKind::enclave ? enclave_map : nitrotpm_map;
}

[[noreturn]] void fail(const CborItem& item, const std::string& what, std::string expected = {},
                       std::string got = {}) {
  throw Error(ErrorKind::malformed, what,
              {.offset = item.offset, .expected = std::move(expected), .got = std::move(got)});
}

std::string decode_module_id(const CborItem& payload) {
  const CborItem& item = mandatory(payload, "module_id", CborKind::text_string);
  if (item.content.empty()) fail(item, "'module_id' is empty");
  return std::string(as_text(item.content));
}

void check_digest(const CborItem& payload) {
  const CborItem& item = mandatory(payload, "digest", CborKind::text_string);
  if (!item.is_text("SHA384"))
    fail(item, "'digest' names another digest than enclaves have", "SHA384",
         std::string(as_text(item.content)));
}

std::uint64_t decode_timestamp(const CborItem& payload) {
  const CborItem& item = mandatory(payload, "timestamp", CborKind::unsigned_integer);
  if (item.number == 0 || item.number >= end_of_year_9999_ms)
    fail(item, "'timestamp' is no time that a document can have",
         "milliseconds since 1970, before the year 10000", std::to_string(item.number));
  return item.number;
}

/// The registers of one kind are never taken for the other's.
void refuse_other_kind(const CborItem& payload, DocumentKind kind) {
  if (kind == DocumentKind::enclave) {
    if (const CborItem* const tpm = find(payload, nitrotpm_map.key))
      throw Error(ErrorKind::malformed,
                  "this is a NitroTPM document of an EC2 instance, not an enclave's document",
                  {.offset = tpm->offset,
                   .expected = "'pcrs'",
                   .got = "'nitrotpm_pcrs', registers with other meanings",
                   .hint = "`reproduce verify --kind nitrotpm` verifies such documents"});
  } else if (const CborItem* const pcrs = find(payload, enclave_map.key)) {
    throw Error(ErrorKind::malformed,
                "this is an enclave's document, not a NitroTPM document of an EC2 instance",
                {.offset = pcrs->offset,
                 .expected = "'nitrotpm_pcrs'",
                 .got = "'pcrs', registers with other meanings",
                 .hint = "leave `--kind nitrotpm` out"});
  }
}

/// The one that was asked for; where any will do, the one that the registers' key names.
DocumentKind kind_of(const CborItem& payload, const std::optional<DocumentKind>& wanted) {
  if (wanted) return *wanted;
  const CborItem* const tpm = find(payload, nitrotpm_map.key);
  if (tpm == nullptr) return DocumentKind::enclave;
  if (find(payload, enclave_map.key) != nullptr)
    fail(*tpm, "the attestation document has registers of an enclave and of a NitroTPM",
         "'pcrs' or 'nitrotpm_pcrs'", "both");
  return DocumentKind::nitrotpm;
}

std::map<std::uint32_t, Bytes> decode_pcrs(const CborItem& payload, DocumentKind kind) {
  refuse_other_kind(payload, kind);
  const auto& [key, most] = map_of(kind);
  const std::string place = quote(key);
  const CborItem& map = mandatory(payload, key, CborKind::map);
  if (map.items.empty() || map.items.size() / 2 > most)
    fail(map, place + " has the wrong number of registers", "1 to " + std::to_string(most),
         std::to_string(map.items.size() / 2));
  std::map<std::uint32_t, Bytes> pcrs;
  for (std::size_t at = 0; at < map.items.size(); at += 2) {
    const CborItem& index = map.items[at];
    expect_kind(index, CborKind::unsigned_integer, "a register's index in " + place);
    // Never by the number of entries: a document with one register may have PCR31.
    if (index.number >= most)
      fail(index, place + " has a register that does not exist", "0 to " + std::to_string(most - 1),
           std::to_string(index.number));
    const std::string field = name_of_register(static_cast<std::uint32_t>(index.number));
    const ByteView value = byte_string(map.items[at + 1], field, 32, 64);
    if (value.size() != 32 && value.size() != 48 && value.size() != 64)
      fail(map.items[at + 1], field + " has the wrong size", "32, 48 or 64 bytes",
           counted(value.size(), "byte"));
    pcrs.emplace(static_cast<std::uint32_t>(index.number), Bytes(value.begin(), value.end()));
  }
  return pcrs;
}

/// Left out and null mean the same; an empty value is a value.
std::optional<Bytes> decode_optional(const CborItem& payload, std::string_view key) {
  const CborItem* const item = find(payload, key);
  if (item == nullptr || item->kind == CborKind::null) return std::nullopt;
  const ByteView content = byte_string(*item, quote(key), 0, largest_optional_field);
  return Bytes(content.begin(), content.end());
}

std::vector<std::string> find_unknown_keys(const CborItem& payload, DocumentKind kind,
                                           UnknownKeys unknown_keys) {
  std::vector<std::string> unknown;
  for (std::size_t at = 0; at < payload.items.size(); at += 2) {
    const CborItem& key = payload.items[at];
    expect_kind(key, CborKind::text_string, "a key of the attestation document");
    const std::string_view name = as_text(key.content);
    if (name == map_of(kind).key) continue;
    if (std::ranges::find(known_keys, name) != known_keys.end()) continue;
    if (unknown_keys == UnknownKeys::refused)
      fail(key, "the attestation document has the unknown key " + quote(name));
    unknown.emplace_back(name);
  }
  return unknown;
}

}  // namespace

const CborItem& mandatory(const CborItem& payload, std::string_view key, CborKind kind) {
  const CborItem* const item = find(payload, key);
  if (item == nullptr) fail(payload, "the attestation document has no " + quote(key));
  expect_kind(*item, kind, quote(key));
  return *item;
}

ByteView byte_string(const CborItem& item, std::string_view field, std::size_t least,
                     std::size_t most) {
  expect_kind(item, CborKind::byte_string, field);
  if (item.content.size() < least || item.content.size() > most)
    fail(item, std::string(field) + " has the wrong size",
         std::to_string(least) + " to " + counted(most, "byte"),
         counted(item.content.size(), "byte"));
  return item.content;
}

CborItem decode_payload(ByteView payload, std::uint64_t origin) {
  if (payload.empty() || payload.size() > largest_payload)
    throw Error(ErrorKind::malformed, "the attestation document's payload has the wrong size",
                {.offset = origin,
                 .expected = "1 to " + counted(largest_payload, "byte"),
                 .got = counted(payload.size(), "byte")});
  CborItem map = cose::decode_cbor(payload, {.max_bytes = largest_payload}, origin);
  expect_kind(map, CborKind::map, "the attestation document's payload");
  return map;
}

Claims decode_claims(const CborItem& payload, const DecodeOptions& wanted) {
  Claims claims;
  claims.kind = kind_of(payload, wanted.kind);
  claims.indefinite_payload = !payload.definite;
  claims.pcrs = decode_pcrs(payload, claims.kind);
  claims.module_id = decode_module_id(payload);
  check_digest(payload);
  claims.timestamp_ms = decode_timestamp(payload);
  claims.public_key = decode_optional(payload, "public_key");
  claims.user_data = decode_optional(payload, "user_data");
  claims.nonce = decode_optional(payload, "nonce");
  claims.unknown_keys = find_unknown_keys(payload, claims.kind, wanted.unknown_keys);
  return claims;
}

UnixSeconds Claims::time() const {
  return static_cast<UnixSeconds>(timestamp_ms / 1000);
}

}  // namespace reproduce::attestation

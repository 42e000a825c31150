#include "reproduce/dsse/envelope.hpp"

#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/json_text.hpp"

namespace reproduce::dsse {
namespace {

using nlohmann::json;

constexpr std::size_t most_levels = 16;  // what is known needs three; others may add some

[[noreturn]] void fail(const std::string& what, std::string got = {}) {
  throw Error(ErrorKind::malformed, what,
              {.expected = "a DSSE envelope: JSON with `payload`, `payloadType` and `signatures`",
               .got = std::move(got)});
}

const std::string& text_of(const json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end() || !found->is_string())
    fail("the envelope has no text `" + std::string(key) + "`");
  return found->get_ref<const std::string&>();
}

Bytes bytes_of(const json& record, const char* key) {
  std::optional<Bytes> bytes = from_base64(text_of(record, key));
  if (!bytes) fail("the envelope's `" + std::string(key) + "` is no base64");
  return *std::move(bytes);
}

Signature read_signature(const json& record) {
  if (!record.is_object()) fail("a signature of the envelope is no record");
  Signature signature;
  const auto id = record.find("keyid");
  if (id != record.end() && !id->is_null()) signature.key_id = text_of(record, "keyid");
  signature.value = bytes_of(record, "sig");
  return signature;
}

}  // namespace

Bytes pre_authentication(std::string_view payload_type, ByteView payload) {
  const std::string front = "DSSEv1 " + std::to_string(payload_type.size()) + " " +
                            std::string(payload_type) + " " + std::to_string(payload.size()) + " ";
  Bytes bytes;
  bytes.reserve(front.size() + payload.size());
  bytes.insert(bytes.end(), front.begin(), front.end());
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

bool is_envelope(std::string_view text) {
  return text.size() <= largest_envelope && has_outer_key(text, "payloadType", most_levels);
}

Envelope parse_envelope(std::string_view text) {
  if (text.size() > largest_envelope) fail("the envelope is too large");
  if (const std::optional<JsonFault> fault = find_json_fault(text, most_levels))
    fail("the envelope " + std::string(words_for(fault->kind)), fault->got);
  const json root = json::parse(text);
  if (!root.is_object()) fail("the envelope is no record", root.type_name());
  Envelope envelope{.payload_type = text_of(root, "payloadType"),
                    .payload = bytes_of(root, "payload"),
                    .signatures = {}};
  const auto signatures = root.find("signatures");
  if (signatures == root.end() || !signatures->is_array() || signatures->empty())
    fail("the envelope has no signature");
  if (signatures->size() > most_signatures)
    fail("the envelope has too many signatures", std::to_string(signatures->size()));
  for (const json& signature : *signatures)
    envelope.signatures.push_back(read_signature(signature));
  return envelope;
}

std::string write_envelope(const Envelope& envelope) {
  nlohmann::ordered_json signatures = nlohmann::ordered_json::array();
  for (const Signature& signature : envelope.signatures)
    signatures.push_back({{"keyid", signature.key_id}, {"sig", to_base64(signature.value)}});
  const nlohmann::ordered_json root{{"payload", to_base64(envelope.payload)},
                                    {"payloadType", envelope.payload_type},
                                    {"signatures", std::move(signatures)}};
  return root.dump() + "\n";
}

}  // namespace reproduce::dsse

#include "reproduce/report/document.hpp"

#include <algorithm>
#include <variant>

#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using attestation::Claims;
using attestation::Document;
using nlohmann::ordered_json;

std::string line(std::string name, const std::string& value) {
  constexpr std::size_t column = 13;
  name.resize(std::max(column, name.size() + 1), ' ');
  return name + value + "\n";
}

/// Hexadecimal, cut for people where it is long.
std::string value_words(ByteView value, bool whole) {
  constexpr std::size_t shown = 48;
  const bool cut = !whole && value.size() > shown;
  return to_hex(cut ? value.first(shown) : value) + (cut ? "\u2026" : "") + " (" +
         counted(value.size(), "byte") + ")";
}

std::string optional_line(const std::string& name, const std::optional<Bytes>& value, bool whole) {
  if (!value) return line(name, "none");
  return line(name, value->empty() ? "empty" : value_words(*value, whole));
}

std::string registers_text(const Claims& document) {
  std::string text;
  std::string zero;
  for (const auto& [index, value] : document.pcrs) {
    const bool is_zero = std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; });
    if (is_zero)
      zero += (zero.empty() ? "" : ", ") + std::to_string(index);
    else
      text += line(name_of_register(index), to_hex(value));
  }
  return zero.empty() ? text : text + line("PCRs of zero", zero);
}

std::string certificate_lines(const std::string& name, const Certificate& certificate) {
  return line(name, printable(words(certificate.subject))) +
         line("", format_utc(certificate.not_before.time) + " to " +
                      format_utc(certificate.not_after.time) + ", SHA-256 " +
                      to_hex(certificate.fingerprint));
}

std::string claims_text(const Claims& claims, bool whole_values) {
  std::string text = line("module_id", printable(claims.module_id));
  text += line("timestamp",
               format_utc(claims.time()) + " (" + std::to_string(claims.timestamp_ms) + " ms)");
  if (claims.kind == attestation::DocumentKind::nitrotpm)
    text += line("registers", "of a TPM: the same numbers mean other things than an enclave's");
  text += registers_text(claims);
  text += optional_line("public_key", claims.public_key, whole_values);
  text += optional_line("user_data", claims.user_data, whole_values);
  text += optional_line("nonce", claims.nonce, whole_values);
  for (const std::string& key : claims.unknown_keys) text += line("unknown key", quote(key));
  return text;
}

/// As the document itself calls them, so that nobody takes a TPM's registers for an enclave's.
const char* registers_key(attestation::DocumentKind kind) {
  return kind == attestation::DocumentKind::enclave ? "pcrs" : "nitrotpm_pcrs";
}

ordered_json claims_record(const Claims& claims) {
  ordered_json pcrs = ordered_json::object();
  for (const auto& [index, value] : claims.pcrs) pcrs[name_of_register(index)] = to_hex(value);
  return {{"kind", attestation::name_of(claims.kind)},
          {"indefinite_payload", claims.indefinite_payload},
          {"module_id", claims.module_id},
          {"digest", "SHA384"},
          {"timestamp_ms", claims.timestamp_ms},
          {"time", format_utc(claims.time())},
          {registers_key(claims.kind), std::move(pcrs)},
          {"public_key", hex_or_null(claims.public_key)},
          {"user_data", hex_or_null(claims.user_data)},
          {"nonce", hex_or_null(claims.nonce)},
          {"unknown_keys", claims.unknown_keys}};
}

}  // namespace

std::string document_text(const Document& document, bool whole_values) {
  std::string text = claims_text(document, whole_values);
  text += certificate_lines("certificate", document.certificate);
  for (std::size_t at = 0; at < document.cabundle.size(); ++at)
    text += certificate_lines("cabundle " + std::to_string(at), document.cabundle[at]);
  return text;
}

std::string document_text(const Claims& emulated, bool whole_values) {
  return claims_text(emulated, whole_values) +
         line("signature", "none: an emulated security module made it, as anybody can");
}

std::string document_json(const Document& document) {
  ordered_json cabundle = ordered_json::array();
  for (const Certificate& certificate : document.cabundle)
    cabundle.push_back(certificate_record(certificate));
  ordered_json record{{"cose_tag", document.tagged}};
  record.update(claims_record(document));
  record["certificate"] = certificate_record(document.certificate);
  record["cabundle"] = std::move(cabundle);
  return dump(record, -1);
}

std::string document_json(const Claims& emulated) {
  return dump(claims_record(emulated), -1);
}

std::string document_text(const attestation::Evidence& evidence, bool whole_values) {
  return std::visit([&](const auto& content) { return document_text(content, whole_values); },
                    evidence.content);
}

std::string document_json(const attestation::Evidence& evidence) {
  return std::visit([](const auto& content) { return document_json(content); }, evidence.content);
}

}  // namespace reproduce::report

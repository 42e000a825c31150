#include "records.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"

namespace reproduce::report {

using nlohmann::ordered_json;

ordered_json hex_or_null(const std::optional<Bytes>& value) {
  return value ? ordered_json(to_hex(*value)) : ordered_json(nullptr);
}

ordered_json registers_record(const measure::Registers& registers) {
  ordered_json out = ordered_json::object();
  for (const auto& [index, value] : registers) out[name_of_register(index)] = to_hex(value);
  return out;
}

ordered_json certificate_record(const Certificate& certificate) {
  return {{"subject", words(certificate.subject)},
          {"issuer", words(certificate.issuer)},
          {"not_before", format_utc(certificate.not_before.time)},
          {"not_after", format_utc(certificate.not_after.time)},
          {"public_key", certificate.public_key_algorithm},
          {"signature_algorithm", certificate.signature_algorithm},
          {"sha256", to_hex(certificate.fingerprint)},
          {"der", to_hex(certificate.der)}};
}

ordered_json culprit_records(const std::vector<diff::Culprit>& culprits) {
  ordered_json records = ordered_json::array();
  for (const diff::Culprit& culprit : culprits)
    records.push_back(
        {{"name", culprit.name}, {"words", culprit.words}, {"advice", culprit.advice}});
  return records;
}

std::string dump(const ordered_json& record, int indent) {
  return record.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace reproduce::report

#include "reproduce/report/measure.hpp"

#include <map>

#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;

ordered_json sections_json(const std::vector<eif::Section>& sections) {
  ordered_json out = ordered_json::array();
  for (const eif::Section& section : sections)
    out.push_back({{"type", eif::name_of(section.type)},
                   {"offset", section.header_offset},
                   {"size_bytes", section.payload_size}});
  return out;
}

/// "30:65:02", upper case.
std::string colon_hex(ByteView bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) {
    if (!out.empty()) out += ':';
    for (const char digit : to_hex({&byte, 1}))
      out += digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
  }
  return out;
}

ordered_json certificate_json(const Certificate& certificate) {
  std::map<std::string, std::string> issuer;  // sorted, the last of a kind wins, as AWS has it
  for (const NameEntry& entry : certificate.issuer) issuer[entry.long_name] = entry.value;
  return {{"IssuerName", issuer},
          {"Algorithm", certificate.signature_algorithm},
          {"NotBefore", certificate.not_before.text},
          {"NotAfter", certificate.not_after.text},
          {"Signature", colon_hex(certificate.signature)}};
}

ordered_json metadata_json(const eif::Metadata& metadata) {
  ordered_json out{{"BuildTime", metadata.build_time},
                   {"BuildTool", metadata.build_tool},
                   {"BuildToolVersion", metadata.build_tool_version},
                   {"OperatingSystem", metadata.operating_system},
                   {"KernelVersion", metadata.kernel_version},
                   {"DockerInfo", ordered_json::parse(metadata.docker_info)}};
  const ordered_json custom = ordered_json::parse(metadata.custom_metadata);
  if (custom.is_object()) {
    out.update(custom);  // nitro-cli shows its keys beside the others
  } else if (!custom.is_null()) {
    out["CustomMetadata"] = custom;
  }
  return out;
}

}  // namespace

std::string measurements_text(const measure::ImageMeasurements& image) {
  std::string out;
  for (const auto& [index, value] : image.registers)
    out += name_of_register(index) + "  " + to_hex(value) + "\n";
  if (image.file_sha256) out += "SHA-256  " + to_hex(*image.file_sha256) + "\n";
  return out;
}

std::string measurements_json(const std::string& file, const measure::ImageMeasurements& image) {
  ordered_json out{{"file", printable(file)},
                   {"size_bytes", image.file_size},
                   {"eif_version", image.header.version},
                   {"arch", eif::name_of(eif::arch_of(image.header))},
                   {"sections", sections_json(image.sections)},
                   {"pcrs", registers_record(image.registers)},
                   {"signed", image.signature.has_value()}};
  if (image.signature) {
    out["signature"] = {{"valid", !image.signature_fault},
                        {"certificate_sha256", to_hex(image.signature->certificate.fingerprint)}};
    if (image.signature_fault) out["signature"]["fault"] = *image.signature_fault;
  }
  if (image.file_sha256) out["sha256"] = to_hex(*image.file_sha256);
  return dump(out, -1);
}

std::string nitro_cli_json(const measure::ImageMeasurements& image) {
  ordered_json measurements{{"HashAlgorithm", "Sha384 { ... }"}};
  measurements.update(registers_record(image.registers));
  ordered_json out{{"EifVersion", image.header.version},
                   {"Measurements", measurements},
                   {"IsSigned", image.signature.has_value()}};
  if (image.signature) out["SigningCertificate"] = certificate_json(image.signature->certificate);
  out["CheckCRC"] = true;  // otherwise there would be no measurements
  if (image.signature) out["SignatureCheck"] = !image.signature_fault;
  if (image.metadata) {
    out["ImageName"] = image.metadata->image_name;
    out["ImageVersion"] = image.metadata->image_version;
    out["Metadata"] = metadata_json(*image.metadata);
  }
  return dump(out, 2);
}

}  // namespace reproduce::report

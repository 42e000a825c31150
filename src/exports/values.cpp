#include <nlohmann/json.hpp>

#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/exports/formats.hpp"

namespace reproduce::exports {
namespace {

using nlohmann::ordered_json;

std::string dump(const ordered_json& json) {
  constexpr int indent = 2;
  return json.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string nitro_cli_json(const Reference& reference) {
  ordered_json measurements{{"HashAlgorithm", "Sha384 { ... }"}};
  for (const auto& [index, value] : reference.registers)
    measurements[name_of_register(index)] = to_hex(value);
  return dump({{"Measurements", std::move(measurements)}});
}

std::string register_lines(const Reference& reference) {
  std::string text;
  for (const auto& [index, value] : reference.registers)
    text += to_hex(value) + " " + name_of_register(index) + "\n";
  return text;
}

std::string environment_lines(const Reference& reference) {
  std::string text;
  for (const auto& [index, value] : reference.registers)
    text += name_of_register(index) + "=" + to_hex(value) + "\n";
  return text;
}

std::string image_id(const Reference& reference) {
  constexpr std::uint32_t registers[] = {0, 1, 2, 16};
  std::uint32_t bitmap = 0;
  for (const std::uint32_t index : registers) bitmap |= std::uint32_t{1} << index;
  ByteWriter covered;
  covered.write(bitmap);
  for (const std::uint32_t index : registers) {
    const auto found = reference.registers.find(index);
    covered.write(found == reference.registers.end() ? Sha384Digest{} : found->second);
  }
  return to_hex(sha256(std::move(covered).bytes())) + "\n";
}

std::string kms_condition(const Reference& reference) {
  ordered_json values = ordered_json::object();
  for (const auto& [index, value] : reference.registers)
    values["kms:RecipientAttestation:" + name_of_register(index)] = to_hex(value);
  return dump({{"Condition", {{"StringEqualsIgnoreCase", std::move(values)}}}});
}

std::string markdown_table(const Reference& reference) {
  std::string text = "| register | value |\n|---|---|\n";
  for (const auto& [index, value] : reference.registers)
    text += "| " + name_of_register(index) + " | `" + to_hex(value) + "` |\n";
  return text;
}

}  // namespace reproduce::exports

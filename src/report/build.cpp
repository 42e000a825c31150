#include "reproduce/report/build.hpp"

#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;

std::string registers_text(const measure::Registers& registers) {
  std::string text;
  for (const auto& [index, value] : registers)
    text += name_of_register(index) + "  " + to_hex(value) + "\n";
  return text;
}

}  // namespace

std::string build_text(const std::string& file, const build::BuiltImage& built,
                       const sandbox::Report& sandbox) {
  std::string confinement;
  for (const std::string& part : sandbox.in_force)
    confinement += (confinement.empty() ? "" : ", ") + part;
  return "built " + quote(file) + ", " + counted(built.image.size, "byte") + ", " +
         (confinement.empty() ? "without a sandbox" : "in a sandbox of " + confinement) + "\n" +
         registers_text(built.image.registers);
}

std::string build_json(const std::string& file, const build::BuiltImage& built,
                       const sandbox::Report& sandbox) {
  ordered_json json{
      {"schema", "reproduce/build/1"}, {"file", printable(file)}, {"size_bytes", built.image.size}};
  if (built.image.sha256) json["sha256"] = to_hex(*built.image.sha256);
  json["pcrs"] = ordered_json::object();
  for (const auto& [index, value] : built.image.registers)
    json["pcrs"][name_of_register(index)] = to_hex(value);
  json["warnings"] = built.warnings;
  json["sandbox"] = {{"in_force", sandbox.in_force}, {"missing", sandbox.missing}};
  constexpr int indent = 2;
  return json.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string lock_text(const std::string& file, const build::MadeLock& made) {
  return "locked " + counted(made.lock.inputs.size(), "input") + " in " + quote(file) + "\n" +
         registers_text(made.lock.image.registers);
}

}  // namespace reproduce::report

#include "reproduce/report/run.hpp"

#include <utility>

#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/report/document.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;

std::string_view name_of(boot::AppEnd::Kind kind) {
  switch (kind) {
    case boot::AppEnd::Kind::exited:
      return "exited";
    case boot::AppEnd::Kind::killed:
      return "killed";
    case boot::AppEnd::Kind::not_started:
      return "not-started";
  }
  return "";
}

ordered_json names_json(const std::vector<std::uint32_t>& indexes) {
  ordered_json names = ordered_json::array();
  for (const std::uint32_t index : indexes) names.push_back(name_of_register(index));
  return names;
}

}  // namespace

std::string register_names(const std::vector<std::uint32_t>& indexes) {
  std::vector<std::string> names;
  names.reserve(indexes.size());
  for (const std::uint32_t index : indexes) names.push_back(name_of_register(index));
  return enumeration(names);
}

std::vector<std::string> register_lines(const measure::Registers& registers) {
  std::vector<std::string> lines;
  for (const auto& [index, value] : registers)
    lines.push_back(name_of_register(index) + "  " + to_hex(value));
  return lines;
}

std::string booted_json(const BootedImage& booted) {
  ordered_json root{{"schema", "reproduce/run/1"},
                    {"file", printable(booted.file)},
                    {"qemu", printable(booted.qemu)},
                    {"exit_code", booted.exit_code},
                    {"pcrs", registers_record(booted.expected)},
                    {"app", nullptr},
                    {"document", nullptr}};
  if (booted.app)
    root["app"] = {{"end", name_of(booted.app->kind)}, {"number", booted.app->number}};
  if (booted.document) {
    ordered_json document = ordered_json::parse(document_json(booted.document->claims));
    root["document"] = {{"verified", false},
                        {"equal", names_json(booted.document->equal)},
                        {"differing", names_json(booted.document->differing)},
                        {"says", std::move(document)}};
  }
  return dump(root, 2) + "\n";
}

}  // namespace reproduce::report

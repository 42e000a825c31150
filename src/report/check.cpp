#include "reproduce/report/check.hpp"

#include <nlohmann/json.hpp>

#include "reproduce/base/text.hpp"

namespace reproduce::report {

std::string check_text(const CheckResult& result) {
  std::string text = "varied:";
  for (std::size_t i = 0; i < result.varied.size(); ++i)
    text += (i == 0 ? " " : ", ") + result.varied[i];
  text += "\n";
  for (const auto& [name, reason] : result.not_varied)
    text += "not varied: " + name + " (" + printable(reason) + ")\n";
  for (const std::string& difference : result.differences) text += "DIFFERS  " + difference + "\n";
  return text + (result.differences.empty()
                     ? "yes: two builds under different circumstances made the same image\n"
                     : "no: the two builds made different images\n");
}

std::string check_json(const CheckResult& result) {
  using nlohmann::ordered_json;
  ordered_json json{{"schema", "reproduce/check/1"},
                    {"reproducible", result.differences.empty()},
                    {"differences", result.differences},
                    {"varied", result.varied},
                    {"not_varied", ordered_json::array()}};
  for (const auto& [name, reason] : result.not_varied)
    json["not_varied"].push_back(ordered_json{{"condition", name}, {"reason", printable(reason)}});
  constexpr int indent = 2;
  return json.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace reproduce::report

#include "reproduce/report/check.hpp"

#include "diff_words.hpp"
#include "records.hpp"
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
  if (result.images.same)
    return text + "yes: two builds under different circumstances made the same image\n";
  for (const std::string& sentence : result.images.headline) text += "DIFFERS  " + sentence + "\n";
  for (const diff::Culprit& culprit : result.images.culprits) text += likely_cause(culprit);
  return text + "no: the two builds made different images\n";
}

std::string check_json(const CheckResult& result) {
  using nlohmann::ordered_json;
  ordered_json json{{"schema", "reproduce/check/1"},
                    {"reproducible", result.images.same},
                    {"differences", ordered_json::array()},
                    {"culprits", culprit_records(result.images.culprits)},
                    {"varied", result.varied},
                    {"not_varied", ordered_json::array()}};
  if (!result.images.same) json["differences"] = result.images.headline;
  for (const auto& [name, reason] : result.not_varied)
    json["not_varied"].push_back(ordered_json{{"condition", name}, {"reason", printable(reason)}});
  constexpr int indent = 2;
  return dump(json, indent) + "\n";
}

}  // namespace reproduce::report

#include "reproduce/report/fetch.hpp"

#include <utility>

#include <nlohmann/json.hpp>

#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;

constexpr int indent = 2;

std::string write(const ordered_json& json) {
  return json.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string total_text(const store::Total& total, std::string_view noun) {
  return counted(total.count, noun) + ", " + counted(total.bytes, "byte");
}

ordered_json total_json(const store::Total& total) {
  return {{"count", total.count}, {"size_bytes", total.bytes}};
}

}  // namespace

std::string fetch_text(const FetchedInputs& fetched) {
  if (fetched.inputs == 0)
    return "all inputs are files of this machine; there is nothing to fetch\n";
  return counted(fetched.inputs, "input") + ": " + total_text(fetched.objects, "object") + ", in " +
         quote(fetched.store) + "\n";
}

std::string fetch_json(const FetchedInputs& fetched) {
  return write({{"schema", "reproduce/fetch/1"},
                {"store", printable(fetched.store)},
                {"inputs", fetched.inputs},
                {"objects", fetched.objects.count},
                {"size_bytes", fetched.objects.bytes}});
}

std::string verification_text(const std::string& store, const store::Verification& verification) {
  std::string text;
  for (const store::Finding& finding : verification.findings) {
    std::string word(store::name_of(finding.fault));
    word.resize(9, ' ');
    text += word + printable(finding.path) + "\n";
  }
  return text + quote(store) + ": " + total_text(verification.intact, "intact object") + "\n";
}

std::string verification_json(const std::string& store, const store::Verification& verification) {
  ordered_json json{{"schema", "reproduce/store-verify/1"},
                    {"store", printable(store)},
                    {"intact", total_json(verification.intact)},
                    {"findings", ordered_json::array()}};
  for (const store::Finding& finding : verification.findings)
    json["findings"].push_back(ordered_json{{"fault", store::name_of(finding.fault)},
                                            {"path", printable(finding.path)},
                                            {"size_bytes", finding.bytes}});
  return write(json);
}

std::string collection_text(const std::string& store, const store::Collection& collection) {
  return quote(store) + ": removed " + total_text(collection.removed, "object") + "; removed " +
         total_text(collection.removed_partials, "unfinished file") + "; kept " +
         total_text(collection.kept, "object") + "\n";
}

std::string collection_json(const std::string& store, const store::Collection& collection) {
  return write({{"schema", "reproduce/store-gc/1"},
                {"store", printable(store)},
                {"removed", total_json(collection.removed)},
                {"removed_partials", total_json(collection.removed_partials)},
                {"kept", total_json(collection.kept)}});
}

}  // namespace reproduce::report

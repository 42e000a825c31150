#include "reproduce/base/json_text.hpp"

#include <set>
#include <vector>

#include <nlohmann/json.hpp>

namespace reproduce {
namespace {

using nlohmann::json;

/// Sees the text while it is parsed: a parsed record no longer shows that a key was repeated.
class FaultFinder : public nlohmann::json_sax<json> {
 public:
  explicit FaultFinder(std::size_t most_levels) : most_levels_(most_levels) {}

  [[nodiscard]] std::optional<JsonFault> take_fault() { return std::move(fault_); }

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*text*/) override { return true; }
  bool binary(binary_t& /*bytes*/) override { return true; }

  bool start_object(std::size_t /*size*/) override { return open(); }
  bool start_array(std::size_t /*size*/) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.back().insert(name).second) return true;
    fault_ = {.kind = JsonFault::Kind::repeated_key, .got = name};
    return false;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    // The parser counts from 1, and says 1 for an empty text.
    fault_ = {.offset = position == 0 ? 0 : position - 1, .got = error.what()};
    return false;
  }

 private:
  bool open() {
    open_.emplace_back();
    if (open_.size() <= most_levels_) return true;
    fault_ = {.kind = JsonFault::Kind::too_deep};
    return false;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t most_levels_;
  std::vector<std::set<std::string>> open_;  ///< the keys of each; none of lists
  std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text, std::size_t most_levels) {
  FaultFinder finder(most_levels);
  (void)json::sax_parse(text, &finder);
  return finder.take_fault();
}

}  // namespace reproduce

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
  /// `wanted` is a key to look for in the outermost record.
  FaultFinder(std::size_t most_levels, std::string_view wanted)
      : most_levels_(most_levels), wanted_(wanted) {}

  [[nodiscard]] std::optional<JsonFault> take_fault() { return std::move(fault_); }
  [[nodiscard]] bool has_wanted() const noexcept { return has_wanted_; }

  bool null() override { return count(); }
  bool boolean(bool /*value*/) override { return count(); }
  bool number_integer(number_integer_t /*value*/) override { return count(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return count(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return count(); }
  bool string(string_t& /*text*/) override { return count(); }
  bool binary(binary_t& /*bytes*/) override { return count(); }

  bool start_object(std::size_t /*size*/) override { return open(); }
  bool start_array(std::size_t /*size*/) override { return open(); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.size() == 1 && name == wanted_) has_wanted_ = true;
    if (open_.back().insert(name).second) return count();
    fault_ = {.kind = JsonFault::Kind::repeated_key, .got = name};
    return false;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) override {
    // The parser counts from 1, and says 1 for an empty text.
    fault_ = {.offset = position == 0 ? 0 : position - 1, .got = words_of(error)};
    return false;
  }

 private:
  /// Without the number of the error in front, which means something to the parser's users alone.
  static std::string words_of(const nlohmann::detail::exception& error) {
    const std::string_view words = error.what();
    const std::size_t end = words.find("] ");
    return std::string(end == std::string_view::npos ? words : words.substr(end + 2));
  }

  bool count() {
    if (++count_ <= most_json_values) return true;
    fault_ = {.kind = JsonFault::Kind::too_many};
    return false;
  }

  bool open() {
    open_.emplace_back();
    if (open_.size() <= most_levels_) return count();
    fault_ = {.kind = JsonFault::Kind::too_deep};
    return false;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::size_t most_levels_;
  std::string_view wanted_;
  bool has_wanted_ = false;
  std::size_t count_ = 0;                    ///< values and keys so far
  std::vector<std::set<std::string>> open_;  ///< the keys of each; none of lists
  std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text, std::size_t most_levels) {
  FaultFinder finder(most_levels, {});
  (void)json::sax_parse(text, &finder);
  return finder.take_fault();
}

bool has_outer_key(std::string_view text, std::string_view key, std::size_t most_levels) {
  FaultFinder finder(most_levels, key);
  (void)json::sax_parse(text, &finder);
  return finder.has_wanted() && !finder.take_fault();
}

std::string_view words_for(JsonFault::Kind kind) noexcept {
  switch (kind) {
    case JsonFault::Kind::syntax:
      return "is no JSON";
    case JsonFault::Kind::repeated_key:
      return "has a key twice";
    case JsonFault::Kind::too_deep:
      return "is nested too deeply";
    case JsonFault::Kind::too_many:
      return "has too many values";
  }
  return "";
}

}  // namespace reproduce

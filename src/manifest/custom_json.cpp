#include "custom_json.hpp"

#include <cmath>

#include <nlohmann/json.hpp>

namespace reproduce::manifest {
namespace {

using Json = nlohmann::json;

/// AWS's builder takes no larger file (aws-nitro-enclaves-image-format 935dc62,
/// MAX_META_FILE_SIZE in src/utils/identity.rs).
constexpr std::size_t max_custom_size = 4096;

/// Far below the 128 levels at which AWS's reader gives up.
constexpr unsigned max_depth = 32;

class Converter {
 public:
  explicit Converter(const ErrorSite& site) : site_(site) {}

  [[nodiscard]] Json convert(const toml::table& table, unsigned depth) const {
    check(table, depth);
    Json object = Json::object();
    for (const auto& [key, value] : table) object[std::string(key.str())] = convert(value, depth);
    return object;
  }

 private:
  [[nodiscard]] Json convert(const toml::array& list, unsigned depth) const {
    check(list, depth);
    Json array = Json::array();
    for (const toml::node& value : list) array.push_back(convert(value, depth));
    return array;
  }

  [[nodiscard]] Json convert(const toml::node& node, unsigned depth) const {
    if (const toml::table* table = node.as_table()) return convert(*table, depth + 1);
    if (const toml::array* list = node.as_array()) return convert(*list, depth + 1);
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return number->get();
    if (const auto* number = node.as_floating_point()) return finite(*number);
    if (const auto* truth = node.as_boolean()) return truth->get();
    site_.fail(begin_of(node), "a date or time has no JSON form",
               {.hint = "put it in quotes to make it a string"});
  }

  [[nodiscard]] Json finite(const toml::value<double>& number) const {
    if (!std::isfinite(number.get()))
      site_.fail(begin_of(number), "an infinity or NaN has no JSON form");
    return number.get();
  }

  void check(const toml::node& node, unsigned depth) const {
    if (depth > max_depth)
      site_.fail(begin_of(node), "`custom` is nested more than 32 levels deep");
  }

  const ErrorSite& site_;
};

}  // namespace

std::string custom_json(const ErrorSite& site, const toml::table& table) {
  std::string text = Converter(site).convert(table, 0).dump();
  if (text.size() > max_custom_size)
    site.fail(begin_of(table), "`custom` is too large",
              {.expected = "at most 4096 bytes as JSON", .got = std::to_string(text.size())});
  return text;
}

}  // namespace reproduce::manifest

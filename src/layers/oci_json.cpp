#include "oci_json.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "layer_stack.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/json_text.hpp"

namespace reproduce::layers {
namespace {

using Json = nlohmann::json;

/// Image documents go six levels deep; annotations of others a little further.
constexpr std::size_t most_levels = 33;

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Json OciJson::parse(ByteView bytes, const std::string& what) {
  const std::string_view text = as_text(bytes);
  if (const std::optional<JsonFault> fault = find_json_fault(text, most_levels))
    throw Error(ErrorKind::malformed, what + " " + std::string(words_for(fault->kind)),
                {.got = shown(fault->got)});
  return Json::parse(text);
}

OciJson::OciJson(const Json& object, std::string what) : object_(&object), what_(std::move(what)) {
  if (!object.is_object())
    throw Error(ErrorKind::malformed, what_ + " is not a JSON object", {.got = object.type_name()});
}

const Json* OciJson::find(std::string_view key) const {
  const auto found = object_->find(std::string(key));
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

const Json& OciJson::at(std::string_view key) const {
  const Json* const value = find(key);
  if (value == nullptr) fail(key, "a value");
  return *value;
}

bool OciJson::has(std::string_view key) const {
  return find(key) != nullptr;
}

std::string OciJson::string(std::string_view key) const {
  const Json& value = at(key);
  if (!value.is_string()) fail(key, "a string");
  return value.get<std::string>();
}

std::string OciJson::string_or_empty(std::string_view key) const {
  return has(key) ? string(key) : std::string();
}

std::vector<std::string> OciJson::strings_or_none(std::string_view key) const {
  std::vector<std::string> strings;
  const Json* const list = find(key);
  if (list == nullptr) return strings;
  if (!list->is_array()) fail(key, "a list of strings");
  for (const Json& item : *list) {
    if (!item.is_string()) fail(key, "a list of strings");
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

std::uint64_t OciJson::number(std::string_view key) const {
  const Json& value = at(key);
  if (!value.is_number_unsigned()) fail(key, "a whole number, 0 or more");
  return value.get<std::uint64_t>();
}

Sha256Digest OciJson::digest(std::string_view key) const {
  return parse_digest(string(key), what_);
}

OciJson OciJson::object(std::string_view key) const {
  return {at(key), what_ + ", '" + std::string(key) + "',"};
}

std::vector<OciJson> OciJson::objects(std::string_view key) const {
  const Json& list = at(key);
  if (!list.is_array()) fail(key, "a list of objects");
  std::vector<OciJson> objects;
  for (const Json& item : list)
    objects.emplace_back(
        item, what_ + ", '" + std::string(key) + "' " + std::to_string(objects.size()) + ",");
  return objects;
}

void OciJson::fail(std::string_view key, const std::string& expected) const {
  const Json* const value = find(key);
  throw Error(ErrorKind::malformed, what_ + " has no valid '" + std::string(key) + "'",
              {.expected = expected,
               .got = value == nullptr ? "nothing" : std::string("a ") + value->type_name()});
}

Sha256Digest parse_digest(std::string_view text, const std::string& what) {
  constexpr std::string_view prefix = "sha256:";
  Sha256Digest digest{};
  if (text.starts_with("sha512:"))
    throw Error(
        ErrorKind::malformed, what + " names a blob by its SHA-512",
        {.expected = "sha256, by which registries and tools name blobs", .got = shown(text)});
  const bool is_digest = text.starts_with(prefix) &&
                         text.size() == prefix.size() + 2 * digest.size() &&
                         is_lower_hex(text.substr(prefix.size()));
  if (!is_digest)
    throw Error(ErrorKind::malformed, what + " has a digest that is none",
                {.expected = "'sha256:' and 64 lower-case hexadecimal digits", .got = shown(text)});
  const auto bytes = from_hex(text.substr(prefix.size()));
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

}  // namespace reproduce::layers

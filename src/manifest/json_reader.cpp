#include "json_reader.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/json_text.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

using Json = nlohmann::json;

/// Root, `image`, `sections`, one section: the deepest that a lock goes; and one more.
constexpr std::size_t most_levels = 5;

constexpr const char* hint = "locks are made by `reproduce lock`; make it again";

}  // namespace

Json parse_strict_json(std::string_view text, const std::string& file) {
  const std::optional<JsonFault> fault = find_json_fault(text, most_levels);
  if (!fault) return Json::parse(text);
  ErrorContext context{.file = file, .hint = hint};
  if (fault->kind == JsonFault::Kind::repeated_key) context.got = quote(fault->got);
  if (fault->kind == JsonFault::Kind::syntax) context.offset = fault->offset;
  throw Error(ErrorKind::usage, "the lock " + std::string(words_for(fault->kind)), context);
}

JsonReader::JsonReader(const Json& object, const std::string& file, std::string where)
    : object_(object), file_(file), where_(std::move(where)) {
  if (!object_.is_object())
    throw Error(ErrorKind::usage, "the lock is not what `reproduce lock` writes",
                {.file = file_,
                 .where = where_.empty() ? "the whole document" : where_,
                 .expected = "an object",
                 .hint = hint});
}

std::string JsonReader::place_of(std::string_view key) const {
  return where_.empty() ? std::string(key) : where_ + "." + std::string(key);
}

void JsonReader::fail(std::string_view key, const std::string& expected) const {
  const auto value = object_.find(key);
  throw Error(ErrorKind::usage, "the lock is not what `reproduce lock` writes",
              {.file = file_,
               .where = place_of(key),
               .expected = expected,
               .got = value == object_.end() ? std::string("nothing")
                                             : printable(value->dump(-1, ' ', true)).substr(0, 80),
               .hint = hint});
}

const Json& JsonReader::take(std::string_view key) {
  known_.emplace(key);
  const auto value = object_.find(key);
  if (value == object_.end()) fail(key, "this key");
  return *value;
}

std::string JsonReader::string(std::string_view key) {
  const Json& value = take(key);
  if (!value.is_string()) fail(key, "a string");
  return value.get<std::string>();
}

std::uint64_t JsonReader::number(std::string_view key) {
  const Json& value = take(key);
  if (!value.is_number_unsigned()) fail(key, "a whole number, not negative");
  return value.get<std::uint64_t>();
}

bool JsonReader::boolean(std::string_view key) {
  const Json& value = take(key);
  if (!value.is_boolean()) fail(key, "true or false");
  return value.get<bool>();
}

void JsonReader::digest(std::string_view key, std::span<std::uint8_t> digits) {
  const std::string text = string(key);
  const std::optional<Bytes> bytes = from_hex(text);
  if (!bytes || bytes->size() != digits.size() || to_hex(*bytes) != text)
    fail(key, std::to_string(2 * digits.size()) + " lower-case hexadecimal digits");
  std::copy(bytes->begin(), bytes->end(), digits.begin());
}

JsonReader JsonReader::object(std::string_view key) {
  return {take(key), file_, place_of(key)};
}

std::vector<JsonReader> JsonReader::objects(std::string_view key) {
  const Json& list = take(key);
  if (!list.is_array()) fail(key, "a list");
  std::vector<JsonReader> readers;
  for (std::size_t i = 0; i < list.size(); ++i)
    readers.emplace_back(list[i], file_, place_of(key) + "[" + std::to_string(i) + "]");
  return readers;
}

std::vector<std::string> JsonReader::keys() const {
  std::vector<std::string> keys;
  for (const auto& item : object_.items()) keys.push_back(item.key());
  return keys;
}

void JsonReader::finish() const {
  for (const auto& item : object_.items()) {
    if (known_.contains(item.key())) continue;
    throw Error(ErrorKind::usage, "the lock has the unknown key " + quote(item.key()),
                {.file = file_, .where = where_, .hint = hint});
  }
}

}  // namespace reproduce::manifest

#include "json_field.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/json_text.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::attestation {
namespace {

using nlohmann::json;

constexpr std::size_t most_levels = 16;  // answers of services are nested a few levels

[[noreturn]] void fail(const std::string& what, std::string got = {}, std::string hint = {}) {
  throw Error(ErrorKind::malformed, what, {.got = std::move(got), .hint = std::move(hint)});
}

json parse_strictly(std::string_view text) {
  if (const std::optional<JsonFault> fault = find_json_fault(text, most_levels))
    fail("the JSON around the document " + std::string(words_for(fault->kind)), fault->got);
  return json::parse(text);
}

/// What a string holds, if that begins as COSE_Sign1 does: an array of four, tag 18 in front or
/// not, whose first part is a byte string.
std::optional<DecodedInput> document_in(const json& value) {
  if (!value.is_string()) return std::nullopt;
  try {
    DecodedInput decoded = decode_input(as_bytes(value.get_ref<const std::string&>()));
    if (decoded.encoding == Encoding::binary) return std::nullopt;
    ByteView bytes = decoded.document;
    if (!bytes.empty() && bytes[0] == 0xd2) bytes = bytes.subspan(1);
    const bool begins = bytes.size() > 1 && bytes[0] == 0x84 && bytes[1] >> 5 == 2;
    return begins ? std::optional(std::move(decoded)) : std::nullopt;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return std::nullopt;
  }
}

/// "~" and "/" are written "~0" and "~1" (RFC 6901, section 3).
std::string escaped(std::string_view key) {
  std::string text;
  for (const char c : key) {
    if (c == '~')
      text += "~0";
    else if (c == '/')
      text += "~1";
    else
      text += c;
  }
  return text;
}

void collect(const json& value, const std::string& pointer, std::vector<JsonField>& fields) {
  if (std::optional<DecodedInput> document = document_in(value))
    fields.push_back({pointer, std::move(*document)});
  if (value.is_object())
    for (const auto& [key, inner] : value.items())
      collect(inner, pointer + "/" + escaped(key), fields);
  if (value.is_array())
    for (std::size_t at = 0; at < value.size(); ++at)
      collect(value[at], pointer + "/" + std::to_string(at), fields);
}

std::string list(const std::vector<JsonField>& fields) {
  constexpr std::size_t shown = 10;
  std::string text;
  for (std::size_t at = 0; at < std::min(fields.size(), shown); ++at)
    text += (at == 0 ? "" : ", ") + quote(fields[at].pointer);
  return fields.size() > shown ? text + " and more" : text;
}

/// A key of the record, or a JSON pointer.
std::string pointer_of(const std::string& wanted) {
  return wanted.empty() || wanted.front() == '/' ? wanted : "/" + escaped(wanted);
}

/// Nothing when it is not there.
const json* find_named(const json& root, const std::string& wanted) {
  try {
    const json::json_pointer place(pointer_of(wanted));
    return root.contains(place) ? &root.at(place) : nullptr;
  } catch (const json::exception& exception) {
    throw Error(ErrorKind::usage, "--field is no key and no JSON pointer", {.got = wanted});
  }
}

JsonField named_field(const json& root, const std::string& wanted) {
  const json* const value = find_named(root, wanted);
  if (value == nullptr) fail("the JSON has no field " + quote(wanted));
  if (!value->is_string()) fail("the field " + quote(wanted) + " of the JSON is no text");
  DecodedInput content = decode_input(as_bytes(value->get_ref<const std::string&>()));
  if (content.encoding == Encoding::binary)
    fail("the field " + quote(wanted) + " of the JSON is neither base64 nor hexadecimal");
  return {pointer_of(wanted), std::move(content)};
}

std::vector<JsonField> fields_like_documents(const json& root) {
  std::vector<JsonField> fields;
  collect(root, "", fields);
  return fields;
}

}  // namespace

JsonField find_json_field(std::string_view text, const std::optional<std::string>& wanted) {
  const json root = parse_strictly(text);
  if (wanted) return named_field(root, *wanted);
  std::vector<JsonField> fields = fields_like_documents(root);
  if (fields.empty())
    fail("no field of the JSON looks like an attestation document", {},
         "`--field` names the one that holds it");
  if (fields.size() > 1)
    fail("several fields of the JSON look like an attestation document", list(fields),
         "`--field " + fields.front().pointer + "` names the first of them");
  return std::move(fields.front());
}

bool has_json_field(std::string_view text, const std::optional<std::string>& wanted) {
  const json root = parse_strictly(text);
  return wanted ? find_named(root, *wanted) != nullptr : !fields_like_documents(root).empty();
}

}  // namespace reproduce::attestation

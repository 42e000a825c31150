#include "reproduce/published/registers.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/json_text.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::published {
namespace {

using nlohmann::json;

constexpr std::uint32_t most_registers = 32;  // as an attestation document has them
constexpr std::size_t most_levels = 8;        // of JSON; what is known needs two

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

Error malformed(const std::string& what, const std::string& got = {}) {
  return {ErrorKind::malformed,
          what,
          {.expected = "JSON with PCR0, PCR1 and so on, or lines `HEX PCRn` or `PCRn=HEX`",
           .got = got}};
}

std::optional<Bytes> register_value(std::string_view digits) {
  std::optional<Bytes> value = from_hex(digits);
  if (value && (value->size() == 32 || value->size() == 48 || value->size() == 64)) return value;
  return std::nullopt;
}

void add_register(Registers& registers, std::uint32_t index, std::string_view digits) {
  std::optional<Bytes> value = register_value(digits);
  if (!value)
    throw malformed("the value of " + name_of_register(index) + " is no digest",
                    std::string(digits.substr(0, 200)));
  if (!registers.emplace(index, std::move(*value)).second)
    throw malformed(name_of_register(index) + " is there twice");
}

json parse_strictly(std::string_view text) {
  if (const std::optional<JsonFault> fault = find_json_fault(text, most_levels))
    throw malformed("the file of registers " + std::string(words_for(fault->kind)), fault->got);
  return json::parse(text);
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// The record with the registers: the root, or what stands in it as `Measurements` or `pcrs`.
/// Where several could be meant, none is.
const json& record_of(const json& root) {
  std::vector<const json*> records;
  const bool at_root = std::any_of(root.items().begin(), root.items().end(), [](const auto& item) {
    return find_index(item.key()).has_value();
  });
  if (at_root) records.push_back(&root);
  for (const auto& [key, value] : root.items()) {
    const std::string name = lower(key);
    if (value.is_object() && (name == "measurements" || name == "pcrs")) records.push_back(&value);
  }
  if (records.size() > 1) throw malformed("registers stand in more than one place");
  return records.empty() ? root : *records.front();
}

Registers registers_of_json(std::string_view text) {
  const json root = parse_strictly(text);
  if (!root.is_object()) throw malformed("this is JSON, and no record");
  Registers registers;
  for (const auto& [key, value] : record_of(root).items()) {
    const std::optional<std::uint32_t> index = find_index(key);
    if (!index) continue;
    if (!value.is_string()) throw malformed("the value of " + key + " is no text");
    add_register(registers, *index, value.get_ref<const std::string&>());
  }
  return registers;
}

/// What a line says: `HEX PCRn`, or `PCRn=HEX`. Nothing when it is anything else.
std::optional<std::pair<std::uint32_t, std::string_view>> register_of_line(std::string_view line) {
  const std::size_t sign = line.find_first_of(" =");
  if (sign == std::string_view::npos) return std::nullopt;
  const bool name_first = line[sign] == '=';
  const std::string_view before = line.substr(0, sign);
  const std::string_view behind = line.substr(sign + 1);
  const std::optional<std::uint32_t> index = find_index(name_first ? before : behind);
  if (!index) return std::nullopt;
  return std::pair(*index, name_first ? behind : before);
}

/// Lines of either form. Nothing when the text is anything else.
std::optional<Registers> registers_of_lines(std::string_view text) {
  Registers registers;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (line.empty()) continue;
    const auto said = register_of_line(line);
    if (!said) return std::nullopt;
    add_register(registers, said->first, said->second);
  }
  return registers;
}

bool is_json(std::string_view text) {
  const auto first = std::find_if_not(text.begin(), text.end(), is_blank);
  return first != text.end() && *first == '{';
}

std::string text_of(const RandomAccess& file) {
  RangeSource source(file, 0, file.size());
  const Bytes bytes = read_all(source, max_file_size, "the file of registers");
  return std::string(as_text(bytes));
}

}  // namespace

std::optional<std::uint32_t> find_index(std::string_view name) {
  constexpr std::string_view front = "pcr";
  if (name.size() <= front.size()) return std::nullopt;
  for (std::size_t i = 0; i < front.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(name[i])) != front[i]) return std::nullopt;
  const std::optional<std::uint64_t> index = parse_decimal(name.substr(front.size()));
  if (!index || *index >= most_registers) return std::nullopt;
  return static_cast<std::uint32_t>(*index);
}

bool starts_as_json(const RandomAccess& file) {
  constexpr std::size_t enough = 256;
  Bytes front(enough);
  front.resize(file.read_at(0, front));
  return is_json(as_text(front));
}

bool is_lines(const RandomAccess& file) {
  if (file.size() > max_file_size) return false;
  const std::string text = text_of(file);
  return !std::all_of(text.begin(), text.end(), is_blank) && registers_of_lines(text).has_value();
}

Registers parse_registers(std::string_view text) {
  Registers registers =
      is_json(text) ? registers_of_json(text) : registers_of_lines(text).value_or(Registers());
  if (registers.empty()) throw malformed("this pins no register");
  return registers;
}

Registers read_registers(const RandomAccess& file) {
  return parse_registers(text_of(file));
}

std::pair<std::uint32_t, Bytes> parse_assignment(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::optional<Bytes> value =
      equals == std::string_view::npos ? std::nullopt : register_value(text.substr(equals + 1));
  if (!value)
    throw Error(ErrorKind::usage, "this says no register's value",
                {.expected = "N=HEX, such as 0=" + std::string(8, 'a') + "... with 96 digits",
                 .got = std::string(text.substr(0, 200))});
  return {parse_index(text.substr(0, equals)), *value};
}

std::uint32_t parse_index(std::string_view text) {
  if (const std::optional<std::uint32_t> index = find_index(text)) return *index;
  const std::optional<std::uint64_t> number = parse_decimal(text);
  if (number && *number < most_registers) return static_cast<std::uint32_t>(*number);
  throw Error(
      ErrorKind::usage, "there is no such register",
      {.expected = "PCR0 to PCR31, or the number alone", .got = std::string(text.substr(0, 200))});
}

}  // namespace reproduce::published

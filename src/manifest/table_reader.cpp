#include "table_reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "key_depth.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

constexpr std::string_view describe(toml::node_type type) {
  switch (type) {
    case toml::node_type::none:
      return "nothing";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
  }
  return "something else";
}

/// The parser's sentence without "Error while parsing", which the rest of ours says.
std::string reason_of(const toml::parse_error& error) {
  std::string_view reason = error.description();
  constexpr std::string_view opening = "Error while parsing ";
  if (reason.starts_with(opening)) reason.remove_prefix(opening.size());
  return std::string(reason);
}

}  // namespace

toml::table parse_toml(const ErrorSite& site, std::string_view text, const std::string& what) {
  refuse_deep_keys(site, text);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const toml::source_position begin = error.source().begin;
    site.fail({.line = begin.line, .column = begin.column}, what + " is not valid TOML",
              {.got = reason_of(error)});
  }
}

SourceLine find_line(std::string_view text, Position position) {
  std::size_t begin = 0;
  for (std::uint32_t line = 1; line < position.line; ++line) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  std::string_view line = text.substr(begin);
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);

  return {.line = position.line, .column = position.column, .text = std::string(line)};
}

Position begin_of(const toml::node& node) {
  const toml::source_position begin = node.source().begin;
  return {.line = begin.line, .column = begin.column};
}

std::string join(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

void ErrorSite::fail(Position position, const std::string& what, ErrorContext context) const {
  context.file = file_;
  if (position.line != 0) context.source = find_line(text_, position);
  throw Error(ErrorKind::usage, what, std::move(context));
}

TableReader::TableReader(const ErrorSite& site, const toml::table& table, std::string name,
                         std::span<const std::string_view> keys)
    : site_(site), table_(table), name_(std::move(name)) {
  refuse_unknown_keys(keys);
}

void TableReader::refuse_unknown_keys(std::span<const std::string_view> keys) const {
  for (const auto& [key, value] : table_) {
    if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
    const toml::source_position begin = key.source().begin;
    const auto meant = nearest(key.str(), keys);
    site_.fail({.line = begin.line, .column = begin.column},
               "unknown key " + quote(key.str()) + " in " + name_,
               {.expected = join(keys),
                .hint = meant ? "did you mean `" + std::string(*meant) + "`?" : std::string()});
  }
}

void TableReader::fail(std::string_view key, const std::string& what, ErrorContext context) const {
  const toml::node* node = table_.get(key);
  site_.fail(begin_of(node != nullptr ? *node : table_), what, std::move(context));
}

void TableReader::fail_missing(std::string_view key) const {
  site_.fail(at(), name_ + " has no `" + std::string(key) + "`");
}

void TableReader::fail_type(std::string_view key, std::string_view wanted) const {
  const toml::node_type type = table_.get(key)->type();
  fail(key, "`" + std::string(key) + "` has the wrong type",
       {.expected = std::string(wanted), .got = std::string(describe(type))});
}

std::optional<std::string> TableReader::string(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  if (value == nullptr) fail_type(key, "a string in quotes");
  const std::string& text = value->get();
  if (text.find('\0') != std::string::npos)
    fail(key, "`" + std::string(key) + "` contains a NUL character");
  return text;
}

std::string TableReader::string_or(std::string_view key, std::string_view fallback) const {
  return string(key).value_or(std::string(fallback));
}

std::string TableReader::required_string(std::string_view key) const {
  std::optional<std::string> text = string(key);
  if (!text) fail_missing(key);
  if (text->empty()) fail(key, "`" + std::string(key) + "` is empty");
  return *std::move(text);
}

std::optional<std::vector<std::string>> TableReader::strings(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  const toml::array* list = node->as_array();
  if (list == nullptr) fail_type(key, "a list of strings");
  std::vector<std::string> texts;
  for (const toml::node& element : *list) {
    const auto* value = element.as_string();
    const bool is_good =
        value != nullptr && !value->get().empty() && value->get().find('\0') == std::string::npos;
    if (!is_good)
      site_.fail(begin_of(element), "`" + std::string(key) + "` lists something else than strings",
                 {.expected = "strings that are not empty and hold no NUL"});
    texts.push_back(value->get());
  }
  return texts;
}

std::vector<std::pair<std::string, std::string>> TableReader::string_table(
    std::string_view key) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  const toml::table* const values = table(key);
  if (values == nullptr) return pairs;
  for (const auto& [name, node] : *values) {
    const auto* value = node.as_string();
    if (value == nullptr || value->get().find('\0') != std::string::npos)
      site_.fail(begin_of(node), "a value in `" + std::string(key) + "` has the wrong type",
                 {.expected = "a string in quotes, without NUL",
                  .got = std::string(describe(node.type()))});
    pairs.emplace_back(name.str(), value->get());
  }
  return pairs;
}

std::optional<Sha256Digest> TableReader::sha256(std::string_view key) const {
  const std::optional<std::string> text = string(key);
  if (!text) return std::nullopt;
  const std::optional<Bytes> bytes = from_hex(*text);
  Sha256Digest digest{};
  if (!bytes || bytes->size() != digest.size())
    fail(key, "`" + std::string(key) + "` is not a SHA-256",
         {.expected = "64 hexadecimal digits", .got = "'" + *text + "'"});
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

Position TableReader::at(std::string_view key) const {
  const toml::node* node = table_.get(key);
  return begin_of(node != nullptr ? *node : table_);
}

bool TableReader::is_table(std::string_view key) const {
  const toml::node* node = table_.get(key);
  return node != nullptr && node->is_table();
}

bool TableReader::boolean_or(std::string_view key, bool fallback) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return fallback;
  const auto* value = node->as_boolean();
  if (value == nullptr) fail_type(key, "true or false");
  return value->get();
}

std::uint32_t TableReader::number_or(std::string_view key, std::uint32_t fallback) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return fallback;
  const auto* value = node->as_integer();
  if (value == nullptr) fail_type(key, "a whole number");
  const std::int64_t number = value->get();
  if (!std::in_range<std::uint32_t>(number))
    fail(key, "`" + std::string(key) + "` is out of range",
         {.expected = "0 to " + std::to_string(std::numeric_limits<std::uint32_t>::max()),
          .got = std::to_string(number)});
  return static_cast<std::uint32_t>(number);
}

std::uint64_t TableReader::large_number_or(std::string_view key, std::uint64_t fallback) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return fallback;
  const std::string expected = "a whole number from 0, or \"0x\" and up to 16 hexadecimal digits";
  if (const auto* value = node->as_integer()) {
    if (value->get() < 0)
      fail(key, "`" + std::string(key) + "` is out of range",
           {.expected = expected, .got = std::to_string(value->get())});
    return static_cast<std::uint64_t>(value->get());
  }
  const auto* text = node->as_string();
  if (text == nullptr) fail_type(key, expected);
  constexpr std::string_view prefix = "0x";
  constexpr int base = 16;
  const std::string& digits = text->get();
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const bool is_marked = digits.starts_with(prefix) && digits.size() > prefix.size();
  const auto read =
      std::from_chars(digits.data() + (is_marked ? prefix.size() : 0), end, number, base);
  if (!is_marked || read.ec != std::errc() || read.ptr != end)
    fail(key, "`" + std::string(key) + "` is no number",
         {.expected = expected, .got = "'" + digits + "'"});
  return number;
}

const toml::table* TableReader::table(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) fail_type(key, "a table");
  return node->as_table();
}

const toml::array* TableReader::tables(std::string_view key) const {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return nullptr;
  const toml::array* list = node->as_array();
  if (list == nullptr) fail_type(key, "a list of tables, as [[" + std::string(key) + "]] makes it");
  for (const toml::node& element : *list)
    if (!element.is_table())
      site_.fail(begin_of(element), "`" + std::string(key) + "` lists something other than tables",
                 {.expected = "a table", .got = std::string(describe(element.type()))});
  return list;
}

}  // namespace reproduce::manifest

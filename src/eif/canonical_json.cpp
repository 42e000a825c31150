#include "canonical_json.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::eif {
namespace {

using nlohmann::json;

constexpr std::size_t max_depth = 128;  // serde_json's recursion limit

/// Builds a value as nlohmann's own reader does, but bounds the depth, lets the
/// last duplicate win and keeps -0 apart from 0 (serde_json reads -0 as -0.0).
class Builder final : public json::json_sax_t {
 public:
  explicit Builder(const char* where) : where_(where) {}

  [[nodiscard]] json result() { return std::move(root_); }

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override {
    // nlohmann calls this only for texts with a minus sign.
    return value == 0 ? put(-0.0) : put(value);
  }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t& /*text*/) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*count*/) override { return open(json::object()); }
  bool start_array(std::size_t /*count*/) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    keys_.back() = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& exception) override {
    const std::string words = exception.what();
    const std::size_t colon = words.rfind(": ", words.find("; last read"));
    throw Error(ErrorKind::malformed, "the JSON makes no sense",
                {.where = std::string(where_) + ", byte " + std::to_string(position),
                 .got = colon == std::string::npos ? words : words.substr(colon + 2)});
  }

 private:
  bool put(json value) {
    (void)place(std::move(value));
    return true;
  }

  json* place(json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    json& slot = parent[keys_.back()];
    slot = std::move(value);
    return &slot;
  }

  bool open(json value) {
    if (open_.size() == max_depth)
      throw Error(ErrorKind::malformed, "the JSON is nested too deeply",
                  {.where = where_, .expected = "at most 128 levels"});
    open_.push_back(place(std::move(value)));
    keys_.emplace_back();
    return true;
  }

  bool close() {
    open_.pop_back();
    keys_.pop_back();
    return true;
  }

  const char* where_;
  json root_;
  std::vector<json*> open_;  // into root_; a parent does not grow while a child is open
  std::vector<std::string> keys_;
};

/// The shortest digits that round-trip, laid out as serde_json (ryu) does: a
/// plain decimal with a point from 1e-5 up to 1e16, otherwise d.ddde±x.
std::string float_text(double value) {
  if (value == 0) return std::signbit(value) ? "-0.0" : "0.0";
  std::array<char, 40> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  const std::size_t sign_size = text[e + 1] == '+' ? 1 : 0;  // from_chars knows only the minus
  int exponent = 0;
  std::from_chars(text.data() + e + 1 + sign_size, text.data() + text.size(), exponent);
  std::string digits(1, text.front());
  if (e > 1) digits += text.substr(2, e - 2);

  const std::string sign = value < 0 ? "-" : "";
  const int point = exponent + 1;  // digits before the decimal point
  const auto count = static_cast<int>(digits.size());
  if (point >= count && point <= 16)
    return sign + digits + std::string(static_cast<std::size_t>(point - count), '0') + ".0";
  if (point > 0 && point <= 16) return sign + digits.insert(static_cast<std::size_t>(point), ".");
  if (point > -5 && point <= 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (count > 1) digits.insert(1, ".");
  return sign + digits + "e" + std::to_string(exponent);
}

void append(std::string& out, const json& value);

void append_object(std::string& out, const json& object) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : object.items()) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, key);
    out += ':';
    append(out, value);
  }
  out += '}';
}

void append_array(std::string& out, const json& array) {
  out += '[';
  bool first = true;
  for (const json& value : array) {
    if (!std::exchange(first, false)) out += ',';
    append(out, value);
  }
  out += ']';
}

// Recursion is bounded by max_depth.
void append(std::string& out, const json& value) {  // NOLINT(misc-no-recursion)
  if (value.is_object()) return append_object(out, value);
  if (value.is_array()) return append_array(out, value);
  if (value.is_string()) return append_json_string(out, value.get_ref<const std::string&>());
  if (value.is_number_float()) {
    out += float_text(value.get<double>());
    return;
  }
  out += value.dump();  // null, booleans and integers have one form
}

}  // namespace

json parse_json(std::string_view text, const char* where) {
  // nlohmann takes a NUL for the end and would not see what follows it.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    throw Error(
        ErrorKind::malformed, "the JSON makes no sense",
        {.where = std::string(where) + ", byte " + std::to_string(nul + 1), .got = "a NUL byte"});
  Builder builder(where);
  // Errors are thrown by the builder, so the result is always true.
  (void)json::sax_parse(text.begin(), text.end(), &builder);
  return builder.result();
}

std::string to_canonical_json(const json& value) {
  std::string out;
  append(out, value);
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  if (!is_utf8(text))
    throw Error(ErrorKind::usage, "a metadata text is not UTF-8", {.got = std::string(text)});
  constexpr std::string_view hex_digits = "0123456789abcdef";
  constexpr std::string_view short_forms = "\bb\ff\nn\rr\tt\"\"\\\\";
  out += '"';
  for (const char byte : text) {
    std::size_t form = 0;
    while (form < short_forms.size() && short_forms[form] != byte) form += 2;
    if (form < short_forms.size()) {
      (out += '\\') += short_forms[form + 1];
    } else if (static_cast<unsigned char>(byte) < 0x20) {
      out += "\\u00";
      out += hex_digits[static_cast<unsigned char>(byte) >> 4];
      out += hex_digits[static_cast<unsigned char>(byte) & 15];
    } else {
      out += byte;
    }
  }
  out += '"';
}

}  // namespace reproduce::eif

#include "reproduce/attestation/envelope.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "json_field.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::attestation {
namespace {

constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view http = "HTTP/";
constexpr std::string_view armour_begin = "-----BEGIN ";

[[noreturn]] void fail(const std::string& what, ErrorContext context = {}) {
  throw Error(ErrorKind::malformed, what, std::move(context));
}

/// The next line without its end; `text` loses it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

/// 200 of "HTTP/2 200" (RFC 9112, section 4).
std::uint64_t status_of(std::string_view line) {
  const std::size_t blank = line.find(' ');
  const std::string_view digits =
      blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1, 3);
  const std::optional<std::uint64_t> status = parse_decimal(digits);
  if (!status || digits.size() != 3)
    fail("the HTTP response has no status", {.got = std::string(line.substr(0, 80))});
  return *status;
}

/// What follows the headers of the last response: curl saves those of redirects, proxies and
/// interim answers in front of it. Nothing when `text` is no response.
std::optional<std::string_view> http_body(std::string_view text) {
  constexpr std::size_t most_responses = 64;  // curl follows 50 redirects
  if (!text.starts_with(http)) return std::nullopt;
  std::uint64_t status = 0;
  for (std::size_t count = 0; text.starts_with(http); ++count) {
    if (count == most_responses) fail("too many HTTP responses follow each other");
    status = status_of(take_line(text));
    std::string_view line;
    do {
      if (text.empty()) fail("the HTTP response ends within its headers");
      line = take_line(text);
    } while (!line.empty());
  }
  if (status / 100 != 2)
    fail("the HTTP response is no success, so it holds no document",
         {.expected = "status 200", .got = "status " + std::to_string(status)});
  if (text.starts_with("\x1f\x8b"))
    fail("the body of the HTTP response is compressed",
         {.hint = "`curl --compressed` saves it as it is meant"});
  return text;
}

/// A document begins with 84 or d2, or their digits, so this is no document in its plain forms.
bool begins_as_json(std::string_view text) {
  return !text.empty() && (text[0] == '{' || text[0] == '[' || text[0] == '"');
}

bool begins_as_armour(std::string_view text) {
  return text.starts_with(armour_begin);
}

bool is_label(std::string_view label) {
  constexpr std::size_t longest = 64;
  return !label.empty() && label.size() <= longest &&
         std::ranges::all_of(label, [](char c) { return c > ' ' ? c < 0x7f : c == ' '; });
}

/// What stands in the armour. Nothing when there is none.
std::optional<Bytes> armoured(std::string_view text) {
  constexpr std::string_view dashes = "-----";
  text = trimmed(text);
  if (!begins_as_armour(text)) return std::nullopt;
  std::string_view first = trimmed(take_line(text));
  first.remove_prefix(armour_begin.size());
  if (!first.ends_with(dashes)) fail("the armour's first line has no end");
  first.remove_suffix(dashes.size());
  if (!is_label(first)) fail("the armour's first line makes no sense");
  const std::string end = "-----END " + std::string(first) + "-----";
  std::string digits;
  for (;;) {
    if (text.empty()) fail("the armour has no last line", {.expected = end});
    const std::string_view line = trimmed(take_line(text));
    if (line == end) break;
    if (line.starts_with(dashes))
      fail("the armour ends otherwise than it begins",
           {.expected = end, .got = std::string(line.substr(0, 80))});
    digits += line;
  }
  if (!trimmed(text).empty()) fail("the armour is followed by something else");
  std::optional<Bytes> content = from_base64(digits);
  if (!content || digits.empty()) fail("what stands in the armour is no base64");
  return content;
}

Bytes bounded(Bytes document) {
  if (document.size() > largest_document)
    fail("the attestation document is too large",
         {.expected = "at most " + counted(largest_document, "byte"),
          .got = counted(document.size(), "byte")});
  return document;
}

Unwrapped unwrap_content(ByteView content, const std::optional<std::string>& field) {
  const std::string_view text = trimmed(as_text(content));
  if (begins_as_json(text)) {
    JsonField found = find_json_field(text, field);
    return {bounded(std::move(found.content.document)), std::string(words(found.content.encoding)) +
                                                            " in the field " +
                                                            quote(found.pointer) + " of JSON"};
  }
  if (field) fail("there is no JSON to look for a field in", {.hint = "leave `--field` out"});
  if (std::optional<Bytes> document = armoured(text))
    return {bounded(*std::move(document)), "armour"};
  DecodedInput decoded = decode_input(content);
  return {std::move(decoded.document), std::string(words(decoded.encoding))};
}

}  // namespace

Unwrapped unwrap(ByteView input, const std::optional<std::string>& field) {
  if (input.size() > largest_wrapped)
    fail("the attestation document is too large",
         {.expected = "at most " + counted(largest_wrapped, "byte") + ", wrapping included",
          .got = counted(input.size(), "byte")});
  const std::optional<std::string_view> body = http_body(as_text(input));
  Unwrapped unwrapped = unwrap_content(body ? as_bytes(*body) : input, field);
  if (body) unwrapped.form += " in an HTTP response";
  trace("attestation", [&] {
    return "the input of " + counted(input.size(), "byte") + " is " + unwrapped.form +
           ": a document of " + counted(unwrapped.document.size(), "byte");
  });
  return unwrapped;
}

Unwrapped unwrap(Source& input, const std::optional<std::string>& field) {
  return unwrap(read_all(input, largest_wrapped, "the attestation document"), field);
}

bool begins_as_document(ByteView input) {
  const std::string_view text = as_text(input);
  if (text.starts_with(http)) return true;
  const std::string_view front = trimmed(text);
  if (begins_as_json(front) || begins_as_armour(front))
    return text.find('\0') == std::string_view::npos;
  try {
    const Bytes document = decode_input(input).document;
    // An array of four, or tag 18: how COSE_Sign1 starts (RFC 9052, section 2).
    return !document.empty() && (document[0] == 0x84 || document[0] == 0xd2);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return false;
  }
}

bool has_document_field(ByteView input, const std::optional<std::string>& field) {
  if (input.size() > largest_wrapped) return false;
  try {
    const std::optional<std::string_view> body = http_body(as_text(input));
    const std::string_view text = trimmed(body ? *body : as_text(input));
    return begins_as_json(text) && has_json_field(text, field);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return false;
  }
}

}  // namespace reproduce::attestation

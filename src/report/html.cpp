#include "reproduce/report/html.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/crypto/digest.hpp"

// Defined in html_files.S: the files of html/. The two ends of one file are one array to the linker
// only.
extern "C" {
extern const std::uint8_t reproduce_page_html_begin[];
extern const std::uint8_t reproduce_page_html_end[];
extern const std::uint8_t reproduce_page_css_begin[];
extern const std::uint8_t reproduce_page_css_end[];
extern const std::uint8_t reproduce_page_js_begin[];
extern const std::uint8_t reproduce_page_js_end[];
}

namespace reproduce::report {
namespace {

std::string_view text_between(const std::uint8_t* begin, const std::uint8_t* end) {
  return as_text({begin, end});
}

/// A source expression of a content security policy: the element with this very text.
std::string hash_of(std::string_view text) {
  return "'sha256-" + to_base64(sha256(as_bytes(text))) + "'";
}

std::string policy(std::string_view style, std::string_view script) {
  return "default-src 'none'; style-src " + hash_of(style) + "; script-src " + hash_of(script) +
         "; base-uri 'none'; form-action 'none'";
}

std::string replaced(std::string_view text,
                     const std::function<std::string_view(char)>& replacement) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (const char c : text) {
    const std::string_view other = replacement(c);
    if (other.empty())
      out += c;
    else
      out += other;
  }
  return out;
}

/// Within strings JSON takes these for the character; elsewhere it has none of them.
std::string_view in_json(char c) {
  switch (c) {
    case '<':
      return "\\u003c";
    case '>':
      return "\\u003e";
    case '&':
      return "\\u0026";
    default:
      return "";
  }
}

std::string_view in_html(char c) {
  switch (c) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return "";
  }
}

/// Text with its lines, each fit to be shown.
std::string lines_escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out += html_escaped(line) + "\n";
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

}  // namespace

std::string html_escaped(std::string_view text) {
  return replaced(printable(text), in_html);
}

// The template is walked once: what is filled in is not looked at for braces.
std::string html_page(const Page& page) {
  const std::string_view style = text_between(reproduce_page_css_begin, reproduce_page_css_end);
  const std::string_view script = text_between(reproduce_page_js_begin, reproduce_page_js_end);
  std::string_view rest = text_between(reproduce_page_html_begin, reproduce_page_html_end);
  std::string out;
  while (true) {
    const std::size_t open = rest.find("{{");
    out += rest.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = rest.find("}}", open);
    if (close == std::string_view::npos) throw Error(ErrorKind::bug, "the page's braces are open");
    const std::string_view name = rest.substr(open + 2, close - open - 2);
    rest.remove_prefix(close + 2);
    if (name == "policy")
      out += policy(style, script);
    else if (name == "title")
      out += html_escaped(page.title);
    else if (name == "style")
      out += style;
    else if (name == "text")
      out += lines_escaped(page.text);
    else if (name == "data")
      out += replaced(page.document, in_json);
    else if (name == "script")
      out += script;
    else
      throw Error(ErrorKind::bug, "the page has braces that nothing fills");
  }
}

}  // namespace reproduce::report

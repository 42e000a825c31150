#pragma once

/// A page that stands alone: style, script and data in one file, and nothing from the network.

#include <string>
#include <string_view>

namespace reproduce::report {

/// What the page of src/report/html/ shows.
struct Page {
  std::string_view title;     ///< any bytes
  std::string_view text;      ///< for readers without script; any bytes
  std::string_view document;  ///< JSON, `reproduce/diff/1`
};

/// The page as UTF-8. Nothing of `page` becomes markup or script, whatever it holds: text is
/// escaped; in the document `<`, `>` and `&` become \u003c, \u003e and \u0026, which JSON reads as
/// the same and HTML as text. A content security policy of hashes lets only the page's own
/// script and style take effect, and lets nothing be loaded from anywhere.
[[nodiscard]] std::string html_page(const Page& page);

/// `text` within HTML, or between the double quotes of an attribute: what is no UTF-8 or moves the
/// cursor is escaped as printable() does, and the five characters that mean something in HTML.
[[nodiscard]] std::string html_escaped(std::string_view text);

}  // namespace reproduce::report

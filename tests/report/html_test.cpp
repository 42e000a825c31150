#include "reproduce/report/html.hpp"

#include <string>

#include "support/temp_dir.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace reproduce::report {
namespace {

using test::run;
using test::TempDir;

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t start = text.find(begin);
  if (start == std::string::npos) return "";
  return text.substr(start + begin.size(),
                     text.find(end, start + begin.size()) - start - begin.size());
}

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++count;
  return count;
}

constexpr const char* hostile =
    "</script><script>alert(1)</script><!-- \" onload='x' {{data}} &lt; \xe2\x80\xae \x1b[2J \xff";

// OpenSSL's own program says what the hashes are.
TEST(HtmlPage, LetsOnlyItsOwnStyleAndScriptTakeEffect) {
  const std::string page = html_page({.title = "t", .text = "", .document = "{}"});
  const std::string policy =
      between(page, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\">");
  EXPECT_TRUE(policy.starts_with("default-src 'none'; ")) << policy;
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(policy.find("http"), std::string::npos);
  const TempDir folder;
  for (const auto& [directive, body] :
       {std::pair("style-src ", between(page, "<style>", "</style>")),
        std::pair("script-src ", between(page, "<script>", "</script>"))}) {
    ASSERT_GT(body.size(), 1000u);
    const std::string file = folder.write("body", body).string();
    const std::string hash = run("openssl dgst -sha256 -binary '" + file + "' | base64").output;
    EXPECT_NE(
        policy.find(directive + std::string("'sha256-") + hash.substr(0, hash.find('\n')) + "';"),
        std::string::npos)
        << policy << "\n"
        << hash;
  }
}

TEST(HtmlPage, HasNothingThatIsLoadedFromElsewhere) {
  const std::string page = html_page({.title = "t", .text = "", .document = "{}"});
  for (const char* word : {"src=", "@import", "url(http", "fetch(", "XMLHttpRequest", "import("})
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  // Only the name space of SVG has the form of an address.
  EXPECT_EQ(count_of(page, "://"), count_of(page, "http://www.w3.org/2000/svg"));
}

TEST(HtmlPage, MakesNothingOfHostileTextMarkup) {
  const std::string document = nlohmann::json{{"name", "</script><script>x</script><!--"}}.dump();
  const std::string harmless = html_page({.title = "", .text = "", .document = "{}"});
  const std::string page = html_page({.title = hostile, .text = hostile, .document = document});
  // Every tag that the page has, it has without the hostile text too.
  EXPECT_EQ(count_of(page, "<"), count_of(harmless, "<"));
  EXPECT_EQ(count_of(page, "</script>"), 2u);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_EQ(page.find('\xff'), std::string::npos);
  EXPECT_EQ(page.find("\xe2\x80\xae"), std::string::npos);
}

TEST(HtmlPage, KeepsTheDocumentForEveryReaderOfJson) {
  const nlohmann::json document{{"a<b>&c", "<!--</script>\\\"\xc3\xa4"}};
  const std::string page = html_page({.title = "", .text = "", .document = document.dump()});
  const std::string data =
      between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
  EXPECT_EQ(nlohmann::json::parse(data), document);
}

TEST(HtmlPage, FillsInNothingTwice) {
  const std::string page = html_page({.title = "{{data}}", .text = "{{script}}", .document = "{}"});
  EXPECT_EQ(between(page, "<title>", "</title>"), "{{data}}");
  EXPECT_EQ(between(page, "<noscript><pre>", "</pre>"), "{{script}}\n");
}

// For phones, dark rooms and screen readers; what it looks like is tests/html's to see.
TEST(HtmlPage, HasLandmarksHeadingsAndALanguage) {
  const std::string page = html_page({.title = "t", .text = "", .document = "{}"});
  for (const char* markup :
       {"<html lang=\"en\">", "<main>", "<header>", "<nav aria-label=", "name=\"viewport\"",
        "prefers-color-scheme: dark", "<h1", "<noscript>"})
    EXPECT_NE(page.find(markup), std::string::npos) << markup;
  EXPECT_TRUE(page.starts_with("<!doctype html>"));
  EXPECT_EQ(count_of(page, "<section "), count_of(page, "<h2 "));
}

TEST(HtmlPage, DependsOnWhatItShowsAlone) {
  const Page page{.title = "t", .text = "x", .document = "{}"};
  EXPECT_EQ(html_page(page), html_page(page));
}

}  // namespace
}  // namespace reproduce::report

/// Holds the code to those rules of docs/style.md that a search can check.
/// Comments and string literals are blanked first, so that words about a thing
/// are not taken for the thing.

#include <algorithm>
#include <cctype>
#include <regex>
#include <string>
#include <vector>

#include "support/checkout.hpp"
#include <gtest/gtest.h>

namespace reproduce {
namespace {

using test::TextFile;

/// `file` with comments and the insides of literals replaced by blanks.
TextFile code_of(const TextFile& file) {
  TextFile code = file;
  bool in_comment = false;
  for (std::string& line : code.lines) {
    std::string kept;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (in_comment) {
        if (line.compare(i, 2, "*/") == 0) in_comment = false, ++i;
      } else if (line.compare(i, 2, "/*") == 0) {
        in_comment = true, ++i;
      } else if (line.compare(i, 2, "//") == 0) {
        break;
      } else if (line[i] == '"' ||
                 (line[i] == '\'' &&
                  (i == 0 || !std::isalnum(static_cast<unsigned char>(line[i - 1]))))) {
        const char quote = line[i];
        kept += quote;
        for (++i; i < line.size() && line[i] != quote; ++i)
          if (line[i] == '\\') ++i;
        kept += quote;
      } else {
        kept += line[i];
      }
    }
    line = kept;
  }
  return code;
}

/// Something that must not be written, and where it may be all the same.
struct Rule {
  const char* pattern;
  const char* instead;
  std::vector<std::string> except_below{};  ///< path prefixes
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> list{
      {R"(std::(cout|cerr|clog)\b|\b(printf|fprintf|puts|fputs|perror)\s*\()",
       "the library does not print; src/cli/terminal.hpp does",
       {"src/cli/"}},
      {R"(\bgetenv\s*\(|\bsetlocale\s*\(|std::locale\b|\bisatty\s*\()",
       "no environment, locale or terminal below the command line",
       {"src/cli/"}},
      {R"(system_clock::now|\btime\s*\(\s*(NULL|nullptr|0)\s*\)|\bclock_gettime\s*\(|\blocaltime)",
       "no clock below the command line",
       {"src/cli/"}},
      {R"(\bcurrent_path\s*\(|\bgetcwd\s*\(|filesystem::absolute\s*\()",
       "no working directory below the command line",
       {"src/cli/"}},
      {R"(\b(rand|srand|random)\s*\(|std::random_device|std::mt19937)",
       "nothing in this tool is random"},
      {R"(\busing\s+namespace\s+(?!std::[a-z_:]*literals;))", "names are written out"},
      {R"(\bnew\s+[A-Za-z_:]|\bdelete\s+[A-Za-z_*]|\bdelete\s*\[|\b(malloc|calloc|realloc)\s*\()",
       "values, containers and unique_ptr own memory"},
      {R"(\b(atoi|atol|atoll|strtol|strtoul|strtoull|strtoll|sscanf|std::sto[a-z]+)\s*\()",
       "decimal text: parse_decimal of base/text.hpp"},
      {R"(\b(strcpy|strcat|sprintf|vsprintf|gets|alloca)\s*\()", "has no bound"},
      {R"(\bthrow\s+std::)", "throw reproduce::Error"},
      {R"(\b(std::)?(exit|_exit|abort|quick_exit)\s*\()",
       "only main() ends the program",
       {"src/cli/"}},
      {R"(\bsystem\s*\(|\bpopen\s*\(|\bexec[lv]p?e?\s*\(|\bfork\s*\()", "runs no programs"},
      {R"(reinterpret_cast<(?!(const )?(unsigned )?(char|std::uint8_t)( const)?\*>))",
       "reinterpret_cast changes the type of bytes, never what they mean"},
  };
  return list;
}

/// A rule that holds in one file, ready to search with.
struct Search {
  std::regex pattern;
  const Rule* rule = nullptr;
};

std::vector<Search> searches_for(const std::string& path) {
  std::vector<Search> searches;
  for (const Rule& rule : rules()) {
    const auto& exempt = rule.except_below;
    if (std::none_of(exempt.begin(), exempt.end(),
                     [&](const std::string& folder) { return path.starts_with(folder); }))
      searches.push_back({.pattern = std::regex(rule.pattern), .rule = &rule});
  }
  return searches;
}

TEST(Style, TheCodeKeepsTheRulesThatASearchCanCheck) {
  for (const TextFile& file : test::product_sources()) {
    const std::vector<Search> searches = searches_for(file.path);
    const TextFile code = code_of(file);
    for (std::size_t i = 0; i < code.lines.size(); ++i)
      for (const Search& search : searches)
        if (std::regex_search(code.lines[i], search.pattern))
          test::add_failure(file, i + 1, search.rule->instead);
  }
}

TEST(Style, NothingIsLeftForLater) {
  const std::regex pattern(R"(\b(TODO|FIXME|XXX|HACK)\b)");
  for (const TextFile& file : test::product_sources())
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (std::regex_search(file.lines[i], pattern)) test::add_failure(file, i + 1, "do it now");
}

TEST(Style, FilesStayShort) {
  for (const TextFile& file : test::product_sources())
    if (file.lines.size() > 400) test::add_failure(file, 401, "split this file by idea");
}

TEST(Style, EveryPublicHeaderSaysWhatItIsFirst) {
  for (const TextFile& file : test::product_sources()) {
    if (!file.path.starts_with("include/")) continue;
    ASSERT_GE(file.lines.size(), 3u) << file.path;
    EXPECT_EQ(file.lines[0], "#pragma once") << file.path;
    EXPECT_TRUE(file.lines[2].starts_with("/// ")) << file.path;
  }
}

}  // namespace
}  // namespace reproduce

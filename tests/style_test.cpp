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

/// What must not be written, and where it may be all the same.
struct Rule {
  std::vector<std::string> words;  ///< found where no letter, digit or `_` stands before
  std::string instead;
  std::vector<std::string> except_below{};  ///< folders
};

const std::vector<Rule>& rules() {
  static const std::string cli = "src/cli/";
  static const std::string sandbox = "src/sandbox/";
  static const std::string supervisor = "src/perturb/child.cpp";
  static const std::string emulator = "src/boot/process.cpp";
  static const std::string shim = "src/perturb/shim.c";  // C, in the C library's place
  static const std::string fetch = "src/fetch/";
  static const std::vector<Rule> list{
      {{"std::cout", "std::cerr", "std::clog", "printf(", "fprintf(", "puts(", "fputs(", "perror("},
       "the library does not print; src/cli/terminal.hpp does",
       {cli}},
      {{"getenv(", "setlocale(", "std::locale", "isatty("},
       "no environment, locale or terminal below the command line",
       {cli, shim}},
      {{"system_clock::now", "time(nullptr", "time(NULL", "clock_gettime(", "localtime"},
       "no clock below the command line",
       {cli, shim}},
      {{"current_path(", "getcwd(", "filesystem::absolute("},
       "no working directory below the command line",
       {cli}},
      {{"exit(", "_exit(", "abort(", "quick_exit("},
       "only main() ends the program, and a confined child itself",
       {cli, sandbox, supervisor, emulator}},
      {{"rand(", "srand(", "random(", "random_device", "mt19937"}, "nothing here is random"},
      {{"system(", "popen(", "execv", "execl", "fork(", "posix_spawn"},
       "only the sandbox, fetch, what runs a check and what boots an image start processes",
       {sandbox, fetch, supervisor, emulator}},
      {{"new ", "delete ", "delete[", "malloc(", "calloc(", "realloc("},
       "values, containers and unique_ptr own memory",
       {shim}},
      {{"atoi(", "atol(", "atoll(", "strtol(", "strtoul(", "strtoull(", "sscanf(", "stoi(", "stol(",
        "stoul(", "stoull("},
       "decimal text: parse_decimal of base/text.hpp, or std::from_chars",
       {shim}},
      {{"strcpy(", "strcat(", "sprintf(", "vsprintf(", "gets(", "alloca("}, "it has no bound"},
      {{"throw std::"}, "throw reproduce::Error"},
      {{"using namespace "}, "names are written out"},
  };
  return list;
}

bool has_word(const std::string& line, const std::string& word) {
  for (auto at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
    const unsigned char before = at == 0 ? ' ' : static_cast<unsigned char>(line[at - 1]);
    if (!std::isalnum(before) && before != '_') return true;
  }
  return false;
}

bool breaks(const Rule& rule, const TextFile& file, const std::string& line) {
  for (const std::string& folder : rule.except_below)
    if (file.path.starts_with(folder)) return false;
  return std::any_of(rule.words.begin(), rule.words.end(),
                     [&](const std::string& word) { return has_word(line, word); });
}

TEST(Style, TheCodeKeepsTheRulesThatASearchCanCheck) {
  for (const TextFile& file : test::product_sources()) {
    const TextFile code = code_of(file);
    for (std::size_t i = 0; i < code.lines.size(); ++i) {
      const std::string& line = code.lines[i];
      if (line.starts_with("using namespace std::") && line.ends_with("literals;")) continue;
      for (const Rule& rule : rules())
        if (breaks(rule, file, line)) test::add_failure(file, i + 1, rule.instead);
    }
  }
}

// Bytes may be seen as text and text as bytes, an address as a number, and nothing else.
TEST(Style, ReinterpretCastNeverGivesBytesAnotherMeaning) {
  const std::regex allowed(
      R"(reinterpret_cast<((const )?(unsigned )?(char|std::uint8_t)( const)?\*|std::uintptr_t)>)");
  for (const TextFile& file : test::product_sources()) {
    const TextFile code = code_of(file);
    for (std::size_t i = 0; i < code.lines.size(); ++i)
      if (has_word(code.lines[i], "reinterpret_cast") && !std::regex_search(code.lines[i], allowed))
        test::add_failure(file, i + 1, "take bytes apart with ByteReader");
  }
}

TEST(Style, NothingIsLeftForLater) {
  for (const TextFile& file : test::product_sources())
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      for (const char* word : {"TODO", "FIXME"})
        if (has_word(file.lines[i], word)) test::add_failure(file, i + 1, "do it now");
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

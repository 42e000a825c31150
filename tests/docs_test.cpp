/// Holds the documents to what is there: links lead somewhere, files that are
/// named exist, and every page can be found from another.

#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/checkout.hpp"
#include <gtest/gtest.h>

namespace reproduce {
namespace {

using test::TextFile;

const std::vector<TextFile>& pages() {
  static const std::vector<TextFile> all = [] {
    std::vector<TextFile> found = test::files_below("docs", {".md"});
    found.push_back(test::read_text("README.md"));
    return found;
  }();
  return all;
}

bool exists(const std::string& path) {
  return std::filesystem::exists(test::checkout() / path);
}

/// Every match of `pattern`'s first group in `file`, with its line. Lines without `hint` are not
/// searched, because std::regex takes its time.
struct Mention {
  std::string name;
  std::size_t line = 0;
};
std::vector<Mention> mentions(const TextFile& file, const std::string& hint,
                              const std::regex& pattern) {
  std::vector<Mention> found;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const std::string& line = file.lines[i];
    if (line.find(hint) == std::string::npos || line.starts_with("#include")) continue;
    for (std::sregex_iterator at(line.begin(), line.end(), pattern), end; at != end; ++at)
      found.push_back({.name = (*at)[1], .line = i + 1});
  }
  return found;
}

/// The file of the checkout that a link on `page` leads to; empty for the web.
std::string target_of(const TextFile& page, const std::string& link) {
  if (link.find("://") != std::string::npos || link.starts_with("#")) return "";
  const std::filesystem::path folder = std::filesystem::path(page.path).parent_path();
  return (folder / link.substr(0, link.find('#'))).lexically_normal().string();
}

std::vector<Mention> links_on(const TextFile& page) {
  static const std::regex pattern(R"(\]\(([^) ]+)\))");
  return mentions(page, "](", pattern);
}

std::vector<Mention> paths_in(const TextFile& file) {
  static const std::regex pattern(
      R"((?:^|[^\w/.-])((?:src|include/reproduce|tests|docs|\.ci)/[\w./-]*\.(?:[ch]pp|[ch]|md|sh|txt|toml))(?!\w))");
  return mentions(file, "/", pattern);
}

TEST(Docs, EveryLinkLeadsSomewhere) {
  for (const TextFile& page : pages()) {
    for (const Mention& link : links_on(page)) {
      const std::string target = target_of(page, link.name);
      if (!target.empty() && !exists(target))
        test::add_failure(page, link.line, "no such file: " + target);
    }
  }
}

TEST(Docs, EveryPageIsLinkedFromAnother) {
  std::set<std::string> linked;
  for (const TextFile& page : pages())
    for (const Mention& link : links_on(page)) linked.insert(target_of(page, link.name));
  for (const TextFile& page : pages())
    if (page.path != "README.md" && !linked.contains(page.path))
      test::add_failure(page, 1, "nothing links to this page");
}

TEST(Docs, EveryFileThatIsNamedExists) {
  const std::set<std::string> of_others{"docs/attestation_process.md"};  // AWS's
  std::vector<TextFile> speakers = pages();
  const auto& sources = test::product_sources();
  speakers.insert(speakers.end(), sources.begin(), sources.end());
  for (const TextFile& speaker : speakers) {
    for (const Mention& path : paths_in(speaker)) {
      const bool is_pattern = path.name.find("/F/") != std::string::npos;
      if (!is_pattern && !of_others.contains(path.name) && !exists(path.name))
        test::add_failure(speaker, path.line, "no such file: " + path.name);
    }
  }
}

/// The words of include/reproduce/F, by folder F: all that may be called by name.
std::map<std::string, std::set<std::string>> public_names() {
  std::map<std::string, std::set<std::string>> names;
  for (const TextFile& file : test::product_sources()) {
    if (!file.path.starts_with("include/")) continue;
    const std::string folder = std::filesystem::path(file.path).parent_path().filename();
    for (const std::string& line : file.lines) {
      if (line.starts_with("#include")) continue;
      std::string word;
      for (const char c : line + " ") {
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '_')
          word += c;
        else
          names[folder].insert(std::exchange(word, ""));
      }
    }
  }
  return names;
}

// `eif::ImageReader` stands in a public header of eif.
TEST(Docs, EveryNameInTheCodeThatIsMentionedExists) {
  const auto names = public_names();
  const std::regex pattern(R"(`((?!std::)[a-z]+::\w+)(?:::\w+)?`)");
  for (const TextFile& page : pages()) {
    for (const Mention& name : mentions(page, "::", pattern)) {
      const std::size_t colons = name.name.find("::");
      const auto folder = names.find(name.name.substr(0, colons));
      if (folder != names.end() && !folder->second.contains(name.name.substr(colons + 2)))
        test::add_failure(page, name.line, "no public header has " + name.name);
    }
  }
}

/// "Suite.Name" of every test that is written in tests/.
std::set<std::string> tests_that_exist() {
  const std::regex definition(R"(TEST(?:_F|_P)?\((\w+), *(\w+)\))");
  std::set<std::string> names;
  for (const TextFile& file : test::files_below("tests", {"_test.cpp"})) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::string text = file.lines[i];
      if (!text.starts_with("TEST")) continue;
      if (text.back() == ',' && i + 1 < file.lines.size()) text += file.lines[i + 1];
      std::smatch match;
      if (std::regex_search(text, match, definition))
        names.insert(match[1].str() + "." + match[2].str());
    }
  }
  return names;
}

TEST(Docs, EveryTestThatIsNamedExists) {
  const std::set<std::string> existing = tests_that_exist();
  const std::regex name_pattern(R"(`([A-Z]\w+\.[A-Z]\w{8,})`)");
  for (const TextFile& page : pages())
    for (const Mention& name : mentions(page, "`", name_pattern))
      if (!existing.contains(name.name))
        test::add_failure(page, name.line, "no such test: " + name.name);
}

}  // namespace
}  // namespace reproduce

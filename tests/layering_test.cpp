/// Holds the code to the table of shelves in docs/architecture.md: who may
/// include whom, and which library is spoken to where. The table is read from
/// the page itself, so the page cannot drift from the code.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/checkout.hpp"
#include <gtest/gtest.h>

namespace reproduce {
namespace {

using test::TextFile;

/// One row of the table.
struct Shelf {
  int level = 0;
  std::set<std::string> folders;    ///< what it may include, besides itself
  std::set<std::string> libraries;  ///< whose headers its .cpp files may include
  std::size_t line = 0;
};
using Shelves = std::map<std::string, Shelf>;

/// One #include line.
struct Include {
  std::string name;
  bool quoted = false;
  std::size_t line = 0;
};

constexpr const char* table_hint = ": see the table of shelves in docs/architecture.md";

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    const auto first = part.find_first_not_of(" `");
    const auto last = part.find_last_not_of(" `");
    parts.push_back(first == std::string::npos ? "" : part.substr(first, last - first + 1));
  }
  return parts;
}

std::set<std::string> names_in(const std::string& cell) {
  std::set<std::string> names;
  for (const std::string& name : split(cell, ','))
    if (name != "–") names.insert(name);
  return names;
}

const TextFile& architecture() {
  static const TextFile page = test::read_text("docs/architecture.md");
  return page;
}

/// | Shelf | Folder | The one idea | May include (plus base) | Libraries |
Shelves read_shelves() {
  Shelves shelves;
  const std::regex row(R"(\| *(\d+) *\|(.*)\|)");
  for (std::size_t i = 0; i < architecture().lines.size(); ++i) {
    std::smatch match;
    if (!std::regex_match(architecture().lines[i], match, row)) continue;
    const std::vector<std::string> cells = split(match[2], '|');
    if (cells.size() != 4) continue;
    shelves[cells[0]] = {.level = std::stoi(match[1]),
                         .folders = names_in(cells[2]),
                         .libraries = names_in(cells[3]),
                         .line = i + 1};
  }
  Shelves complete = shelves;
  for (auto& [folder, shelf] : complete) {
    if (shelf.folders.erase("all") != 0)
      for (const auto& [other, unused] : shelves) shelf.folders.insert(other);
    if (folder != "base") shelf.folders.insert("base");
    shelf.folders.erase(folder);
  }
  return complete;
}

const Shelves& shelves() {
  static const Shelves table = read_shelves();
  return table;
}

/// include/reproduce/F/x.hpp and src/F/x.cpp lie on shelf F.
std::string folder_of(const std::string& path) {
  static const std::regex place(R"((?:include/reproduce|src)/([^/]+)/.*)");
  std::smatch match;
  return std::regex_match(path, match, place) ? match[1].str() : "";
}

std::vector<Include> includes_of(const TextFile& file) {
  static const std::regex directive(R"re(\s*#\s*include\s*([<"])([^>"]+)[>"].*)re");
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    std::smatch match;
    if (std::regex_match(file.lines[i], match, directive))
      includes.push_back({.name = match[2], .quoted = match[1] == "\"", .line = i + 1});
  }
  return includes;
}

/// The library that an angled include speaks to; nothing for standard C++.
std::optional<std::string> library_of(const std::string& header) {
  static const std::vector<std::pair<std::string, std::string>> prefixes{
      {"CLI/", "CLI11"},         {"archive", "libarchive"},
      {"cbor", "libcbor"},       {"curl/", "libcurl"},
      {"gcrypt", "libgcrypt"},   {"gnutls/", "GnuTLS"},
      {"isa-l", "ISA-L"},        {"nlohmann/", "nlohmann-json"},
      {"bzlib", "libbz2"},       {"lz4", "liblz4"},
      {"lzma", "liblzma"},       {"openssl/", "OpenSSL"},
      {"seccomp", "libseccomp"}, {"spdlog/", "spdlog"},
      {"toml++/", "toml++"},     {"zlib.h", "zlib"},
      {"zstd", "libzstd"},
  };
  for (const auto& [prefix, library] : prefixes)
    if (header.starts_with(prefix)) return library;
  if (header.find_first_of("./") == std::string::npos) return std::nullopt;
  return "POSIX";
}

/// The file of the checkout that a quoted include means.
std::string resolve(const TextFile& from, const std::string& name) {
  if (name.starts_with("reproduce/")) return "include/" + name;
  return from.path.substr(0, from.path.rfind('/') + 1) + name;
}

TEST(Layering, TheTableNamesEveryFolderAndNoOther) {
  std::set<std::string> on_disk;
  for (const char* parent : {"include/reproduce", "src"})
    for (const auto& entry : std::filesystem::directory_iterator(test::checkout() / parent))
      if (entry.is_directory()) on_disk.insert(entry.path().filename().string());
  std::set<std::string> in_table;
  for (const auto& [folder, unused] : shelves()) in_table.insert(folder);
  EXPECT_EQ(on_disk, in_table);
}

// Numbers that only grow are a proof that there is no cycle of folders.
TEST(Layering, AFolderStandsAboveAllThatItMayInclude) {
  for (const auto& [folder, shelf] : shelves()) {
    for (const std::string& below : shelf.folders) {
      if (!shelves().contains(below))
        test::add_failure(architecture(), shelf.line, "no row for '" + below + "'");
      else if (shelves().at(below).level >= shelf.level)
        test::add_failure(architecture(), shelf.line, "does not stand above " + below);
    }
  }
}

TEST(Layering, IncludesGoOnlyWhereTheTableLetsThem) {
  for (const TextFile& file : test::product_sources()) {
    const std::string folder = folder_of(file.path);
    ASSERT_TRUE(shelves().contains(folder)) << file.path;
    for (const Include& include : includes_of(file)) {
      if (!include.quoted) continue;
      const std::string target = resolve(file, include.name);
      const std::string target_folder = folder_of(target);
      if (target_folder != folder && !shelves().at(folder).folders.contains(target_folder))
        test::add_failure(file, include.line,
                          folder + " may not include " + include.name + table_hint);
    }
  }
}

TEST(Layering, TheTableLetsNobodyIncludeMoreThanTheyDo) {
  std::map<std::string, std::set<std::string>> used;
  for (const TextFile& file : test::product_sources())
    for (const Include& include : includes_of(file))
      if (include.quoted)
        used[folder_of(file.path)].insert(folder_of(resolve(file, include.name)));
      else if (const auto library = library_of(include.name))
        used[folder_of(file.path)].insert(*library);
  for (const auto& [folder, shelf] : shelves()) {
    if (folder == "cli") continue;  // "all" is meant for what will be there, too
    std::set<std::string> permitted = shelf.folders;
    permitted.insert(shelf.libraries.begin(), shelf.libraries.end());
    permitted.erase("base");
    for (const std::string& name : permitted)
      if (!used[folder].contains(name))
        test::add_failure(architecture(), shelf.line, "nothing there uses " + name);
  }
}

TEST(Layering, LibrariesAreSpokenToOnlyWhereTheTableSays) {
  for (const TextFile& file : test::product_sources()) {
    const std::string folder = folder_of(file.path);
    ASSERT_TRUE(shelves().contains(folder)) << file.path;
    for (const Include& include : includes_of(file)) {
      if (include.quoted) continue;
      const auto library = library_of(include.name);
      if (library && !shelves().at(folder).libraries.contains(*library))
        test::add_failure(file, include.line,
                          folder + " does not speak to " + *library + table_hint);
    }
  }
}

TEST(Layering, PublicHeadersNeedStandardCppAlone) {
  for (const TextFile& file : test::product_sources()) {
    if (!file.path.starts_with("include/")) continue;
    for (const Include& include : includes_of(file))
      if (!include.quoted && library_of(include.name))
        test::add_failure(file, include.line, "<" + include.name + "> in a public header");
  }
}

TEST(Layering, NoFileIncludesItselfByAnyPath) {
  std::map<std::string, const TextFile*> files;
  for (const TextFile& file : test::product_sources()) files[file.path] = &file;

  enum class State { open, done };
  std::map<std::string, State> seen;
  const std::function<void(const TextFile&)> visit = [&](const TextFile& file) {
    seen[file.path] = State::open;
    for (const Include& include : includes_of(file)) {
      const auto target = files.find(resolve(file, include.name));
      if (!include.quoted || target == files.end()) continue;
      const auto state = seen.find(target->first);
      if (state == seen.end())
        visit(*target->second);
      else if (state->second == State::open)
        test::add_failure(file, include.line, "a cycle of includes closes here");
    }
    seen[file.path] = State::done;
  };
  for (const auto& [path, file] : files)
    if (!seen.contains(path)) visit(*file);
}

}  // namespace
}  // namespace reproduce

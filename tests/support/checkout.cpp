#include "support/checkout.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>

namespace reproduce::test {

const std::filesystem::path& checkout() {
  static const std::filesystem::path root = REPRODUCE_SOURCE_DIR;
  return root;
}

const std::filesystem::path& vectors() {
  static const std::filesystem::path root = REPRODUCE_VECTORS;
  return root;
}

TextFile read_text(const std::string& path) {
  std::ifstream stream(checkout() / path);
  if (!stream) throw std::runtime_error("cannot read " + path);
  TextFile file{.path = path, .lines = {}};
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

std::vector<TextFile> files_below(const std::string& folder,
                                  const std::vector<std::string>& endings) {
  std::vector<TextFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(checkout() / folder)) {
    const std::string name = entry.path().filename().string();
    const bool wanted =
        entry.is_regular_file() && std::any_of(endings.begin(), endings.end(),
                                               [&](const auto& e) { return name.ends_with(e); });
    if (wanted) files.push_back(read_text(entry.path().lexically_relative(checkout()).string()));
  }
  std::sort(files.begin(), files.end(),
            [](const TextFile& a, const TextFile& b) { return a.path < b.path; });
  return files;
}

const std::vector<TextFile>& product_sources() {
  static const std::vector<TextFile> sources = [] {
    const std::vector<std::string> endings{".hpp", ".cpp", ".h", ".c"};
    std::vector<TextFile> found = files_below("include", endings);
    for (TextFile& file : files_below("src", endings)) found.push_back(std::move(file));
    return found;
  }();
  return sources;
}

void add_failure(const TextFile& file, std::size_t line, const std::string& what) {
  ADD_FAILURE_AT((checkout() / file.path).c_str(), static_cast<int>(line)) << what;
}

}  // namespace reproduce::test

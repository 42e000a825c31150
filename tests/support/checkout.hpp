#pragma once

/// The checkout itself as test material: its files as lines, for tests that
/// hold the code and the documents to what the documents say.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace reproduce::test {

/// A text file of the checkout.
struct TextFile {
  std::string path;                ///< from the checkout's root, with slashes
  std::vector<std::string> lines;  ///< without newlines; lines[0] is line 1
};

/// The root of the checkout that the tests were built from.
[[nodiscard]] const std::filesystem::path& checkout();

/// Where test material made by others would be; see support/vectors.hpp.
[[nodiscard]] const std::filesystem::path& vectors();

/// `path` is relative to the root. Throws std::runtime_error when unreadable.
[[nodiscard]] TextFile read_text(const std::string& path);

/// Every file below `folder` whose name ends in one of `endings`, by path.
[[nodiscard]] std::vector<TextFile> files_below(const std::string& folder,
                                                const std::vector<std::string>& endings);

/// The product's C++ and C: all of include/ and src/.
[[nodiscard]] const std::vector<TextFile>& product_sources();

/// Fails the running test at a line of a file of the checkout (from 1).
void add_failure(const TextFile& file, std::size_t line, const std::string& what);

}  // namespace reproduce::test

#pragma once

/// A folder that a test may fill, gone when the test ends.

#include <filesystem>
#include <string>
#include <string_view>

#include "reproduce/base/bytes.hpp"

namespace reproduce::test {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  TempDir(TempDir&&) = delete;
  TempDir& operator=(TempDir&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Writes a file below the folder, its parents included, and gives its path.
  std::filesystem::path write(const std::string& name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

/// All bytes of a file.
[[nodiscard]] Bytes slurp(const std::filesystem::path& path);

/// What a shell command writes to standard output and whether it ended with 0.
struct CommandResult {
  bool succeeded = false;
  std::string output;
};
[[nodiscard]] CommandResult run(const std::string& shell_command);

/// Whether `tool` is on the PATH, for tests that skip without it.
[[nodiscard]] bool has_tool(const std::string& tool);

}  // namespace reproduce::test

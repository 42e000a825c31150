#pragma once

/// A folder for what a program writes, gone with the object.

#include <filesystem>

namespace reproduce::fetch {

class ScratchFolder {
 public:
  /// Makes it, mode 0700, in `parent`.
  explicit ScratchFolder(const std::filesystem::path& parent);
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ScratchFolder(ScratchFolder&&) = delete;
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// A folder in it; `name` may have several parts.
  [[nodiscard]] std::filesystem::path make(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace reproduce::fetch

#pragma once

/// A new folder that only we may enter, gone with all that is in it when the object goes.

#include <filesystem>
#include <string>

#include "reproduce/base/file.hpp"

namespace reproduce {

/// A process that is killed leaves its folder behind. Whoever makes the next one of that name in
/// that place removes it: a folder in use is locked (flock(2)), and the kernel drops the lock
/// when the last process with the descriptor ends, however it ends. Another user's is left alone.
class TemporaryFolder {
 public:
  /// Makes `parent`/`name`.XXXXXX, mode 0700. Error{environment} when that cannot be done.
  TemporaryFolder(const std::filesystem::path& parent, const std::string& name);
  TemporaryFolder(TemporaryFolder&&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  /// What cannot be removed stays.
  ~TemporaryFolder();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// Makes a folder in it; `name` may have several parts, of which some may be there.
  [[nodiscard]] std::filesystem::path make(const std::string& name) const;

 private:
  std::filesystem::path path_;
  UniqueFd lock_;
};

}  // namespace reproduce

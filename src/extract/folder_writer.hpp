#pragma once

/// Writes below one folder and nowhere else.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::extract {

/// Thrown when the file system cannot hold a name or a link, or holds two names for one.
class NotStorable : public Error {
 public:
  explicit NotStorable(const std::string& why) : Error(ErrorKind::environment, why) {}
};

/// Paths are a tree's: relative, without `..`. Each part is looked up in the folder before it,
/// and is never a symlink. Nothing that is there is written to or replaced. Everything is the
/// user's own, with the permissions that the umask leaves: no bit that gives rights.
class FolderWriter {
 public:
  /// `folder` must be there.
  explicit FolderWriter(const std::filesystem::path& folder);

  void make_folder(const std::string& path);
  [[nodiscard]] UniqueFd create_file(const std::string& path, bool is_executable);
  /// Another name for the file at `existing`.
  void link(const std::string& path, const std::string& existing);
  void symlink(const std::string& path, const std::string& target);

  /// How `path` is called in errors.
  [[nodiscard]] std::string name_of(std::string_view path) const;

 private:
  /// The folder that `path` lies in, kept open until another one is asked for.
  [[nodiscard]] int parent(std::string_view path);
  [[nodiscard]] UniqueFd open_folder(std::string_view path) const;
  [[noreturn]] void fail(const char* verb, std::string_view path, int error_number) const;

  std::string name_;
  UniqueFd root_;
  UniqueFd parent_;
  std::string parent_path_;  // of `parent_`; "" where that is not open
};

}  // namespace reproduce::extract

#pragma once

/// The names below a store's folder, and folders that are opened without being led astray.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "reproduce/base/file.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::store {

inline constexpr const char* format_name = "format";
inline constexpr std::string_view format_line = "reproduce store 1\n";
inline constexpr const char* objects_name = "sha256";
inline constexpr const char* partial_name = "partial";
inline constexpr std::string_view temporary_prefix = "add.";

/// A folder below the store, held open: `path` is how errors call it.
struct Folder {
  UniqueFd fd;
  std::string path;
};

/// The two digits that name an object's folder.
[[nodiscard]] std::string shard_of(const Sha256Digest& digest);

/// The digest that `name` spells in 64 lower-case digits.
[[nodiscard]] std::optional<Sha256Digest> digest_of(std::string_view name);

/// Opens `parent`/`name`; nothing when it is absent. Error{untrusted} when it is a
/// symlink or anything else but a folder.
[[nodiscard]] std::optional<Folder> find_folder(int parent, const std::string& parent_path,
                                                const std::string& name);

/// The same, made where it is absent.
[[nodiscard]] Folder make_folder(int parent, const std::string& parent_path,
                                 const std::string& name);

/// Opens a regular file without following a symlink; nothing when it is absent.
/// Error{untrusted} when it is anything else.
[[nodiscard]] std::optional<UniqueFd> find_file(const Folder& folder, const std::string& name,
                                                int flags);

/// Makes an empty file of a name that nobody else has: `prefix` and six letters.
struct NamedFile {
  UniqueFd fd;
  std::string name;
};
[[nodiscard]] NamedFile make_temporary(const Folder& folder, std::string_view prefix);

/// All names in the folder but `.` and `..`, sorted.
[[nodiscard]] std::vector<std::string> names_in(const Folder& folder);

/// lstat(2) of a name in the folder; nothing when it went away.
[[nodiscard]] std::optional<struct stat> status_of(const Folder& folder, const std::string& name);

/// A second descriptor of the store's folder, locked: flock(2) locks belong to the
/// open file, so each writer has its own, and the kernel drops it with the process.
[[nodiscard]] UniqueFd lock_shared(int root, const std::string& path);
[[nodiscard]] UniqueFd lock_exclusive(int root, const std::string& path);

}  // namespace reproduce::store

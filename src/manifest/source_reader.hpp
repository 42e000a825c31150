#pragma once

/// Takes out of TOML where the bytes of an input lie. docs/formats/manifest.md, "Sources".

#include <array>
#include <string_view>
#include <vector>

#include "table_reader.hpp"

#include "reproduce/manifest/input.hpp"

namespace reproduce::manifest {

/// What may stand in a table that says where one file lies.
inline constexpr std::array<std::string_view, 14> file_source_keys{
    "path", "url", "command", "cpio",   "tar",     "deb",      "debs",
    "oci",  "eif", "sha256",  "member", "section", "platform", "dependencies"};

/// Adds what it finds to a list of inputs. Views what it is given.
class SourceReader {
 public:
  SourceReader(const ErrorSite& site, std::vector<Input>& inputs) : site_(site), inputs_(inputs) {}

  /// `key = "PATH"`, or `key = { ... }` with the keys above. Absent is an error.
  [[nodiscard]] FileRef file(const TableReader& table, std::string_view key, InputKind kind);
  [[nodiscard]] std::optional<FileRef> optional_file(const TableReader& table, std::string_view key,
                                                     InputKind kind);

  /// The same keys in `table` itself, beside others.
  [[nodiscard]] FileRef file_in(const TableReader& table, InputKind kind);

  /// What holds a tree: `kind`'s name is the key, with its helpers beside it. With
  /// `member` (or `section`, for an image) a single file of it.
  [[nodiscard]] FileRef container(const TableReader& table, InputKind kind);

 private:
  [[nodiscard]] InputId add(Input input);
  [[nodiscard]] Input located(const TableReader& table, InputKind kind, std::string_view key) const;
  [[nodiscard]] Input packages(const TableReader& table) const;
  void set_sha256(const TableReader& table, Input& input) const;

  const ErrorSite& site_;
  std::vector<Input>& inputs_;
};

}  // namespace reproduce::manifest

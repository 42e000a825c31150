#pragma once

/// What a folder on the disk cannot hold of a ramdisk's tree, in a file beside it: modes,
/// owners, device nodes, and which names are one file.
///
///     attributes = "reproduce-attributes/1" LF *line
///     line       = type SP mode SP uid SP gid SP path LF               ; folder, file, symlink,
///                                                                      ; fifo, socket
///                / type SP mode SP uid SP gid SP path SP major SP minor LF    ; char, block
///                / "link" SP path SP path LF           ; another name of the `file` behind it
///     mode       = 4 octal digits
///     path       = its bytes; `\xNN` for those up to a space, from 0x7f on, and the backslash
///
/// docs/formats/attributes.md has an example and says what becomes of files without a line.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/tree/tree.hpp"

namespace reproduce::layers {

struct Attribute {
  std::string path{};
  tree::EntryType type = tree::EntryType::regular;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::string link_to{};  ///< the path of the same file; then only `path` counts beside it

  bool operator==(const Attribute&) const = default;
};

/// Every path once, a link's target a regular file of the list that is no link itself.
using Attributes = std::vector<Attribute>;

/// More than any tree within the limits of archives makes.
inline constexpr std::uint64_t max_attributes_size = std::uint64_t{256} << 20;

/// The text. Paths must be those of a tree.
[[nodiscard]] std::string write_attributes(const Attributes& attributes);

/// Error{malformed} with the offset of the line for anything else than the form above.
[[nodiscard]] Attributes parse_attributes(std::string_view text);

/// `folder` as the attributes say: listed files and symlinks must be there, and get mode and
/// owner; nodes must not be there, and are added; folders and links may be missing. What is
/// not listed stays as it is, but that only a list makes one file of two names.
/// Error{malformed} where the two contradict each other.
[[nodiscard]] tree::Tree apply_attributes(const Attributes& attributes, tree::Tree folder);

}  // namespace reproduce::layers

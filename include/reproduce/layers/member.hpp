#pragma once

/// One file out of a tree, by a pattern: the kernel of a kernel package, for example.

#include <string>
#include <string_view>

#include "reproduce/tree/tree.hpp"

namespace reproduce::layers {

/// Whether `path` (of a tree) is what `pattern` describes, byte for byte:
///
///     *       any bytes but a slash, also none
///     ?       one byte that is no slash
///     [a-c]   one of these bytes; [!a-c] one of the others, no slash. A `]` that comes first
///             is one of them
///     **      as a whole part: any number of parts, also none
///     \x      x itself
///
/// Everything else is itself; a dot in front is nothing special. Otherwise as
/// fnmatch(3) with FNM_PATHNAME in the C locale.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view path);

struct Member {
  std::string path;  ///< of the regular file itself, where symlinks led to it
  tree::Entry entry;
};

/// The one regular file that `pattern` describes; `/` or `./` in front of it is dropped.
/// Symlinks that match stand for what they lead to inside the tree (an absolute
/// target starts at its root, and `..` does not leave it), and several names of one
/// file are one match. A pattern without special characters is a path, and may lead
/// through symlinked folders.
///
/// Error{usage} when nothing or more than one file matches, listing at most ten that
/// do or that might have been meant, and when the pattern is empty, longer than a
/// path, has an empty part, or ends within a `[` or after a `\`.
[[nodiscard]] Member choose_member(const tree::Tree& tree, std::string_view pattern);

}  // namespace reproduce::layers

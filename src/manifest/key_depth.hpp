#pragma once

/// A look at TOML text before the parser sees it.

#include <string_view>

#include "table_reader.hpp"

namespace reproduce::manifest {

/// Throws Error{usage} when a dotted key of `text` has more than 16 parts.
///
/// The parser turns each part into a table inside the last, and freeing those recurses, so a
/// key with half a million parts would exhaust the stack. The deepest key of a real manifest
/// is `image.metadata.custom.` and a few more. Lists and inline tables need no such care: the
/// parser itself stops at 256 levels.
void refuse_deep_keys(const ErrorSite& site, std::string_view text);

}  // namespace reproduce::manifest

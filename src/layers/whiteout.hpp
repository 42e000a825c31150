#pragma once

/// What the name of an entry means in a layer of a container image.

#include <string>
#include <string_view>

namespace reproduce::layers {

enum class LayerNameKind {
  entry,      ///< an entry at `path`
  hide,       ///< a whiteout: `path` of lower layers is gone
  hide_all,   ///< an opaque whiteout: what lower layers have in `path` is gone
  aufs_entry  ///< book-keeping of AUFS, which old versions of Docker left in layers
};

struct LayerName {
  LayerNameKind kind = LayerNameKind::entry;
  std::string path;  ///< clean; "" is the root
};

/// Throws Error{malformed} for whiteouts of nothing, `.` or `..`, for entries
/// below a whiteout, and for names that no tree can hold.
[[nodiscard]] LayerName read_layer_name(std::string_view name);

/// `name` as a path inside the root: without empty and `.` parts, and with `..`
/// going up as far as the root and no further. Error{malformed} when the rest
/// breaks the rules of a path (tree/path.hpp), or the name is empty.
[[nodiscard]] std::string clean_in_root(std::string_view name);

}  // namespace reproduce::layers

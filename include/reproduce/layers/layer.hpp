#pragma once

/// What a layer of a ramdisk turned out to be.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/tree/tree.hpp"

namespace reproduce::layers {

/// Something that the source holds and a ramdisk cannot: people are told.
enum class LossKind {
  attribute,  ///< an extended attribute, an access control list, a file flag
  hard_link,  ///< a link among what ramdisks cannot link
  other
};

struct Loss {
  std::string path;  ///< in the layer; "" is its root. Any bytes: escape to show
  std::string what;  ///< "extended attribute user.x"; any bytes too
  LossKind kind = LossKind::other;
};

/// The newest regular file that the source holds. Trees have no times; this is for people.
struct NewestFile {
  std::int64_t seconds = 0;  ///< since 1970
  std::string path{};        ///< in the layer
};

/// Keeps the newer one in `newest`; of two of one time the one whose path comes first, so that
/// the order in which they are met does not matter.
inline void keep_newest(std::optional<NewestFile>& newest, std::int64_t seconds,
                        std::string_view path) {
  if (!newest || seconds > newest->seconds ||
      (seconds == newest->seconds && path < std::string_view(newest->path)))
    newest = NewestFile{.seconds = seconds, .path = std::string(path)};
}

/// A sentence for people: `source` has what `holder` ("a ramdisk") cannot hold, such as `first`
/// of its `count` losses.
[[nodiscard]] std::string describe_losses(const std::string& source, const std::string& holder,
                                          const Loss& first, std::size_t count);

struct Layer {
  tree::Tree tree{};
  std::vector<Loss> losses{};  ///< in no particular order
  /// Where the source says times; of what it holds at all, be it replaced or hidden later.
  std::optional<NewestFile> newest{};
};

}  // namespace reproduce::layers

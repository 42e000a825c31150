#pragma once

/// What a layer of a ramdisk turned out to be.

#include <string>
#include <vector>

#include "reproduce/tree/tree.hpp"

namespace reproduce::layers {

/// Something that the source holds and a ramdisk cannot: people are told.
struct Loss {
  std::string path;  ///< in the layer; "" is its root. Any bytes: escape to show
  std::string what;  ///< "extended attribute user.x"; any bytes too
};

struct Layer {
  tree::Tree tree;
  std::vector<Loss> losses;  ///< in no particular order
};

}  // namespace reproduce::layers

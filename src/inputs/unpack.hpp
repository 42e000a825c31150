#pragma once

/// What holds a tree or sections, read to its end and settled.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "reproduce/inputs/ledger.hpp"
#include "reproduce/layers/layer.hpp"
#include "reproduce/layers/oci.hpp"
#include "reproduce/tree/content.hpp"

namespace reproduce::inputs {

struct UnpackedInput {
  layers::Layer layer{};                               ///< of what holds a tree
  std::optional<layers::OciConfig> config{};           ///< of a container image
  std::map<std::string, tree::ContentPtr> sections{};  ///< of an image: "kernel", "ramdisk 0"
};

/// Reads the input once, from its first to its last byte. What is not the pinned input is
/// refused for that, whatever else is wrong with it.
[[nodiscard]] UnpackedInput unpack(Ledger& ledger, manifest::InputId id,
                                   const std::filesystem::path& scratch_folder);

}  // namespace reproduce::inputs

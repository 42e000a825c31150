#pragma once

/// Layers -> one tree -> one cpio archive.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "reproduce/base/stream.hpp"
#include "reproduce/build/warning.hpp"
#include "reproduce/inputs/folder.hpp"
#include "reproduce/inputs/ledger.hpp"
#include "reproduce/manifest/manifest.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::build {

/// What the layers of one ramdisk read, by layer: its number in the ledger.
using LayerInputs = std::vector<std::optional<std::size_t>>;

/// A ramdisk that is made of layers: its tree is known, its files are not read yet.
class LayeredRamdisk {
 public:
  /// Admits the layers' inputs to the ledger, in order.
  [[nodiscard]] static LayerInputs admit(const manifest::Ramdisk& ramdisk, inputs::Ledger& ledger);

  /// Lists folders and unpacks archives (into a scratch file in `scratch_folder`) and joins
  /// all layers. Error{usage} when two layers bring one path, unless both bring a folder: the
  /// later one's attributes hold then. `manifest` and `ledger` must outlive the ramdisk.
  LayeredRamdisk(const manifest::Manifest& manifest, const manifest::Ramdisk& ramdisk,
                 const LayerInputs& layer_inputs, inputs::Ledger& ledger,
                 const std::filesystem::path& scratch_folder);

  [[nodiscard]] const tree::Tree& tree() const noexcept { return tree_; }

  /// What the sources held and the ramdisk does not.
  [[nodiscard]] const Warnings& warnings() const noexcept { return warnings_; }

  /// Streams the archive to `out`, every file with the time `mtime`, and settles all inputs.
  void write(std::uint32_t mtime, Sink& out);

 private:
  tree::Tree tree_;
  std::vector<inputs::FolderInput> folders_;
  Warnings warnings_;
};

}  // namespace reproduce::build

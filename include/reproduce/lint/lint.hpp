#pragma once

/// Ramdisks that are planned, and the manifest -> findings.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "reproduce/layers/layer.hpp"
#include "reproduce/lint/findings.hpp"
#include "reproduce/manifest/manifest.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::lint {

/// One ramdisk of layers. It views what it is given.
struct Ramdisk {
  std::size_t number = 0;  ///< its place in the image
  const tree::Tree& tree;
  /// What its layers could not bring; paths in the ramdisk.
  std::span<const layers::Loss> losses{};
  /// The newest file of each layer; paths in the ramdisk.
  std::span<const layers::NewestFile> newest{};
};

/// All that the kernel unpacks, one over the other.
struct Ramdisks {
  std::vector<Ramdisk> ramdisks{};
  /// No other ramdisk (a raw one) can hold what is missing in these.
  bool are_all = true;
};

/// Looks at everything and adds what it finds to `findings`.
///
/// Contents are opened where a name, a mode or the beginning tells that there may be something to
/// find, and never read to their end: whoever hashes them on the way sees nothing. Of a file at
/// most 1 MiB is held, and at most 256 MiB passed over (to get to an ELF file's dynamic section);
/// what breaks its own format is passed over, since a ramdisk may hold anything.
///
/// Errors of contents that cannot be opened or read come through.
void lint(const manifest::Manifest& manifest, const Ramdisks& ramdisks, Findings& findings);

}  // namespace reproduce::lint

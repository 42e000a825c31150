#pragma once

/// Manifests as tests write them.

#include <filesystem>
#include <string>

#include "reproduce/manifest/manifest.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::test {

/// A manifest in `folder` with kernel "kernel" and ramdisks as `rest` has them. What `rest`
/// says begins at line 8.
inline manifest::Manifest manifest_in(const std::filesystem::path& folder,
                                      const std::string& rest = "[[ramdisk]]\nraw = \"raw\"\n") {
  return manifest::parse_manifest(
      "[image]\nname = \"test\"\narch = \"x86_64\"\n\n[kernel]\npath = \"kernel\"\n\n" + rest,
      folder / "enclave.toml");
}

/// The same with one layered ramdisk, whose layers follow `[[ramdisk.layer]]`, line 9.
inline manifest::Manifest manifest_with_layers(const std::filesystem::path& folder,
                                               const std::string& layers) {
  return manifest_in(folder, "[[ramdisk]]\n[[ramdisk.layer]]\n" + layers + "\n");
}

}  // namespace reproduce::test

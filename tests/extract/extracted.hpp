#pragma once

/// An image taken apart into a folder, and built again of it.

#include <filesystem>
#include <string>
#include <vector>

#include "support/memory_image.hpp"
#include "support/temp_dir.hpp"
#include "support/toy_image.hpp"

#include "reproduce/base/random_access.hpp"
#include "reproduce/build/build.hpp"
#include "reproduce/extract/extract.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::extract {

class Extracted {
 public:
  explicit Extracted(const Bytes& image, const Options& options = {}) {
    std::filesystem::create_directory(folder());
    const RandomAccessBytes bytes(image);
    extraction_ = extract_image(bytes, folder(), options);
  }

  [[nodiscard]] std::filesystem::path folder() const { return place_.path() / "dir"; }
  [[nodiscard]] std::filesystem::path beside() const { return place_.path(); }
  [[nodiscard]] const Extraction& extraction() const noexcept { return extraction_; }
  [[nodiscard]] const ExtractedRamdisk& ramdisk(std::size_t number) const {
    return extraction_.ramdisks.at(number);
  }

  /// Locks the folder's manifest and builds it.
  [[nodiscard]] Bytes rebuilt() {
    const manifest::Manifest manifest = manifest::load_manifest(folder() / manifest_name);
    const build::Surroundings surroundings{.tool_version = "1.2.3", .scratch_folder = beside()};
    const build::MadeLock made = build::make_lock(manifest, {}, surroundings);
    warnings_ = made.warnings;
    // A lock is read from its text, so what it says must survive that.
    const manifest::Lock lock = manifest::parse_lock(manifest::write_lock(made.lock), "lock");
    test::MemoryImage out;
    (void)build::build_locked(manifest, lock, surroundings, out);
    return out.bytes();
  }

  [[nodiscard]] std::string text(const std::string& name) const {
    return std::string(as_text(test::slurp(folder() / name)));
  }
  [[nodiscard]] const build::Warnings& warnings() const noexcept { return warnings_; }

 private:
  test::TempDir place_;
  Extraction extraction_;
  build::Warnings warnings_;
};

/// The usual toy image, with this ramdisk.
inline Bytes image_with(const std::string& ramdisk) {
  test::ToyImage image;
  image.sections = {{1, "kernel"}, {2, "cmdline"}, {5, test::toy_metadata()}, {3, ramdisk}};
  return image.bytes();
}

}  // namespace reproduce::extract

#pragma once

/// Whether a path that stands in a file is there in the image.

#include <string>
#include <string_view>

#include "reproduce/lint/lint.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::lint {

class ImagePaths {
 public:
  /// `ramdisks` must outlive it.
  explicit ImagePaths(const Ramdisks& ramdisks) : ramdisks_(ramdisks) {}

  /// Whether the absolute path `wanted`, read in the file at `file`, leads to something. What is
  /// its root is not known (`/rootfs` becomes one, and so may any folder), so each folder above
  /// the file is tried. Symlinks are followed as the kernel does, and one that leads to a file
  /// system that is mounted at the start (/proc, /dev, /sys, /run) counts as there.
  [[nodiscard]] bool has(std::string_view wanted, std::string_view file) const;

  /// Whether what is not in these ramdisks is not in the image.
  [[nodiscard]] bool are_all() const noexcept { return ramdisks_.are_all; }

 private:
  [[nodiscard]] const tree::Entry* find(std::string_view path) const;
  [[nodiscard]] bool leads_somewhere(const std::string& root, std::string_view wanted) const;

  const Ramdisks& ramdisks_;
};

/// Whether an absolute path is one of a machine that builds: a home, a folder for temporary
/// files or for builds.
[[nodiscard]] bool is_host_place(std::string_view path) noexcept;

}  // namespace reproduce::lint

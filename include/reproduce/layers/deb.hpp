#pragma once

/// A Debian package file as a tree.

#include <filesystem>
#include <string>
#include <vector>

#include "reproduce/base/stream.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/layer.hpp"

namespace reproduce::layers {

/// What a package says about itself, and what it would unpack.
struct Deb {
  std::string name;  ///< fields of its control file, which are printable ASCII
  std::string version{};
  std::string architecture;
  std::string source;                ///< as written, such as "gcc-12 (12.2.0-14)"; "" when absent
  std::vector<std::string> scripts;  ///< maintainer scripts it brings, which are not run
  Layer layer;
};

/// Reads `package` to its end, exactly once, so that whoever gave it can hash it
/// meanwhile: an ar archive of
///
///     debian-binary     "2.0\n"; another minor number is taken, another major one is not
///     control.tar[.X]   X: gz, xz, zst
///     data.tar[.X]      the tree, read as read_tar (tar.hpp) does
///
/// in this order, each exactly once. Members before data.tar whose name starts with
/// an underscore, and members after it, are passed over.
///
/// Contents wait in a scratch file in `scratch_folder`. Throws Error{malformed} for all
/// else: a compression that is not the one of the name, names that only some readers
/// would take for these, a control file without Package, Version or Architecture, what
/// read_tar refuses, what exceeds `limits`, and an archive that is cut short or goes on
/// behind its end.
///
/// Source: deb(5) of dpkg 1.21.
[[nodiscard]] Deb read_deb(Source& package, const std::filesystem::path& scratch_folder,
                           const ArchiveLimits& limits = {});

}  // namespace reproduce::layers

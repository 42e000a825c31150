#pragma once

/// The inputs that a manifest names: what each is, and where its bytes lie.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/crypto/digest.hpp"

namespace reproduce::manifest {

/// A place in the manifest, for errors that are found after parsing. Manifest::line_at()
/// turns it into a line with a caret; the line itself is not kept here, because a hostile
/// manifest may be one long line with a hundred thousand places.
struct Position {
  std::uint32_t line = 0;    ///< from 1; 0: nowhere
  std::uint32_t column = 0;  ///< from 1, in characters
};

/// What an input is. The name in the lock is the manifest's key.
enum class InputKind {
  // One file, used whole.
  kernel,
  kernel_config,
  cmdline,
  metadata,
  signature,
  certificate,
  init,
  nsm,
  raw,
  file,
  attributes,
  // What holds a tree, used whole or for a single member.
  dir,
  cpio,
  tar,
  deb,
  debs,
  oci,
  // An image, of which one section is used.
  eif
};

[[nodiscard]] std::string_view name_of(InputKind kind) noexcept;

/// Whether inputs of this kind are one file, used whole; others are unpacked.
[[nodiscard]] bool is_one_file(InputKind kind) noexcept;

/// Where the bytes of an input lie. All but the first are brought to the store by
/// `reproduce lock` and `reproduce fetch`, and read from there.
enum class Origin {
  path,      ///< a file or folder of the host
  url,       ///< one file, fetched over HTTPS
  command,   ///< what a [[command]] made
  registry,  ///< an image in a container registry (`oci` only)
  apt        ///< packages that the system's apt resolves (`debs` only)
};

/// The key under which the lock says `Input::name`.
[[nodiscard]] std::string_view name_of(Origin origin) noexcept;

struct Input {
  InputKind kind = InputKind::file;
  Origin origin = Origin::path;
  /// The path as written (a relative one starts at the manifest's folder), the URL, the
  /// command's name, the `docker://` reference, or the packages' names with spaces between.
  std::string name{};
  /// What the manifest itself demands: of the file; of an image, of its manifest. Always
  /// there for URLs.
  std::optional<Sha256Digest> sha256{};
  std::string platform{};               ///< `oci`: OS/ARCH[/VARIANT], or empty
  std::vector<std::string> packages{};  ///< `debs`: NAME or NAME=VERSION
  bool dependencies = true;             ///< `debs`: with all that the packages depend on
  Position at{};                        ///< of the value
  std::uint32_t uses = 1;               ///< how often the manifest names it

  /// Whether the two are one input, wherever the manifest names it.
  [[nodiscard]] bool is_same_as(const Input& other) const;
};

/// A number in Manifest::inputs.
using InputId = std::size_t;

/// One file: a whole input, or a part of one.
struct FileRef {
  InputId input = 0;
  /// Of an `eif` the section ("kernel", "cmdline", "ramdisk 0"), of what holds a tree a
  /// pattern that one path in it matches; empty where the input is the file.
  std::string part{};
  Position at{};
};

}  // namespace reproduce::manifest

#pragma once

/// The lock: what a manifest's inputs were, and what they made.
///
/// `enclave.lock` is JSON with one value a line, always in the same order, so that a change
/// of an input is a change of few lines. docs/formats/lock.md shows one and explains every key.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::manifest {

/// What the digest of a pin is the digest of. The name of its key in the lock says it.
enum class PinForm {
  file,      ///< `sha256`: of the file
  tree,      ///< `tree_sha256`: of what a folder holds, as tree::digest() has it
  manifest,  ///< `manifest_sha256`: of the manifest of an image, which names all else
  config,    ///< `config_sha256`: of its configuration, where there is no manifest (docker save)
  packages   ///< `packages`: each has its own
};

/// One Debian package of an input of kind `debs`.
struct PackagePin {
  std::string name;
  std::string version;
  std::string architecture;
  std::string source;  ///< the source package, with its version where that differs
  std::string file;    ///< where the archive has it, from its root
  std::uint64_t size = 0;
  Sha256Digest digest{};

  bool operator==(const PackagePin&) const = default;
};

/// One input as it was.
struct Pin {
  InputKind kind = InputKind::file;
  Origin origin = Origin::path;
  std::string name{};  ///< Input::name
  PinForm form = PinForm::file;
  std::uint64_t size = 0;     ///< bytes; of what holds several files, of all of them together
  Sha256Digest digest{};      ///< as `form` says; nothing for packages
  std::uint64_t entries = 0;  ///< PinForm::tree only: how many entries there are
  std::vector<PackagePin> packages{};

  bool operator==(const Pin&) const = default;
};

/// A pin that says which input it is for, and nothing else yet. Images get
/// PinForm::manifest, unless they come as one file.
[[nodiscard]] Pin blank_pin(const Input& input);

struct ExpectedSection {
  std::string type;  ///< "kernel", "cmdline", "metadata", "ramdisk"
  std::uint64_t size = 0;

  bool operator==(const ExpectedSection&) const = default;
};

/// The image that the inputs made. The sizes and the checksum are the whole of its header,
/// so a build knows that before it has read anything, and can hash the image as it writes.
struct ExpectedImage {
  /// Whether size, digest, checksum and sections are those of the image without its signature
  /// section: where a token signs, which makes another signature each time. The registers are
  /// all of the signed image.
  bool without_signature = false;
  std::uint64_t size = 0;
  Sha256Digest sha256{};
  std::uint32_t crc32 = 0;
  std::vector<ExpectedSection> sections;
  std::map<std::uint32_t, Sha384Digest> registers;  ///< PCRs by number

  bool operator==(const ExpectedImage&) const = default;
};

/// Which version of each part of `reproduce` the image's bytes depend on.
using WriterVersions = std::map<std::string, std::string>;

struct Lock {
  Sha256Digest manifest{};  ///< digest of the manifest's text
  WriterVersions writers;
  std::vector<Pin> inputs;  ///< in the order in which the manifest names them
  ExpectedImage image;

  bool operator==(const Lock&) const = default;
};

/// Our own limit: a manifest of the largest size, with 46,000 files, makes a lock of 7 MiB.
inline constexpr std::uint64_t max_lock_size = std::uint64_t{16} << 20;

/// `folder/enclave.toml` -> `folder/enclave.lock`.
[[nodiscard]] std::filesystem::path lock_path_for(const std::filesystem::path& manifest);

/// The text of the lock, with a newline at its end.
[[nodiscard]] std::string write_lock(const Lock& lock);

/// SHA-256 of the lock's text without `image`: what the image is made of, and by which writers. The
/// same recipe must make the same image.
[[nodiscard]] Sha256Digest recipe_digest(const Lock& lock);

/// Reads what write_lock() wrote. Unknown, missing and repeated keys, other types, digests of
/// another length and numbers out of range are Error{usage} that names the place in `file`.
[[nodiscard]] Lock parse_lock(std::string_view text, const std::filesystem::path& file);

/// Reads and parses `file`. Error{usage} when it is absent, with what to do.
[[nodiscard]] Lock load_lock(const std::filesystem::path& file);

/// Error{usage} unless `lock` was made from exactly this manifest's text.
void require_fresh(const Lock& lock, const Manifest& manifest, const std::filesystem::path& file);

}  // namespace reproduce::manifest

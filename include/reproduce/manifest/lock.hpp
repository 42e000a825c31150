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

/// What an input is used as. The name in the lock is the manifest's key.
enum class InputKind { kernel, kernel_config, raw, file, dir, cpio };

[[nodiscard]] std::string_view name_of(InputKind kind) noexcept;

/// One input as it was.
struct Pin {
  InputKind kind = InputKind::file;
  std::string path;           ///< as the manifest writes it
  std::uint64_t size = 0;     ///< bytes; of a folder, of all files in it together
  Sha256Digest digest{};      ///< of the file; of a folder, tree::digest() of what it brought
  std::uint64_t entries = 0;  ///< folders only: how many entries it brought

  bool operator==(const Pin&) const = default;
};

struct ExpectedSection {
  std::string type;  ///< "kernel", "cmdline", "metadata", "ramdisk"
  std::uint64_t size = 0;

  bool operator==(const ExpectedSection&) const = default;
};

/// The image that the inputs made. The sizes and the checksum are the whole of its header,
/// so a build knows that before it has read anything, and can hash the image as it writes.
struct ExpectedImage {
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

/// Our own limit: far above what a manifest of the largest size can make.
inline constexpr std::uint64_t max_lock_size = std::uint64_t{64} << 20;

/// `folder/enclave.toml` -> `folder/enclave.lock`.
[[nodiscard]] std::filesystem::path lock_path_for(const std::filesystem::path& manifest);

/// The text of the lock, with a newline at its end.
[[nodiscard]] std::string write_lock(const Lock& lock);

/// Reads what write_lock() wrote. Unknown, missing and repeated keys, other types, digests of
/// another length and numbers out of range are Error{usage} that names the place in `file`.
[[nodiscard]] Lock parse_lock(std::string_view text, const std::filesystem::path& file);

/// Reads and parses `file`. Error{usage} when it is absent, with what to do.
[[nodiscard]] Lock load_lock(const std::filesystem::path& file);

/// Error{usage} unless `lock` was made from exactly this manifest's text.
void require_fresh(const Lock& lock, const Manifest& manifest, const std::filesystem::path& file);

}  // namespace reproduce::manifest

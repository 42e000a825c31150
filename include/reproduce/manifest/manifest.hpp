#pragma once

/// What a person asked for in `enclave.toml`, checked and with every default filled in.
///
/// The format is documented in docs/formats/manifest.md.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reproduce/base/error.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::manifest {

enum class Arch { x86_64, aarch64 };

/// "x86_64" or "aarch64".
[[nodiscard]] std::string name_of(Arch arch);

/// The kernel command line that nitro-cli gives to its images.
///
/// Source: aws-nitro-enclaves-cli 2950b36, blobs/<arch>/cmdline, without the newline.
[[nodiscard]] std::string default_cmdline(Arch arch);

/// A place in the manifest, for errors that are found after parsing. Manifest::line_at()
/// turns it into a line with a caret; the line itself is not kept here, because a hostile
/// manifest may be one long line with a hundred thousand places.
struct Position {
  std::uint32_t line = 0;    ///< from 1; 0: nowhere
  std::uint32_t column = 0;  ///< from 1, in characters
};

/// A file or folder that the build reads.
struct InputPath {
  std::string path;  ///< as written; a relative one starts at the manifest's folder
  Position at{};     ///< of the value
};

struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// Paths called `to` are inside the ramdisk and in the tree's form: relative, "" for the
/// root, without `.` and `..` parts.

/// One file of the host at one path.
struct FileLayer {
  InputPath source;
  std::string to;
  std::uint32_t mode;
  Owner owner;
};

/// A folder of the host with all that is in it. Modes are the host's, owners are not.
struct DirectoryLayer {
  InputPath source;
  std::string to;
  Owner owner;
};

/// All entries of a cpio archive, owners and modes as recorded there.
struct ArchiveLayer {
  InputPath source;
  std::string to;
};

/// A file whose content stands in the manifest.
struct TextLayer {
  std::string text;
  std::string to;
  std::uint32_t mode;
  Owner owner;
};

struct SymlinkLayer {
  std::string target;
  std::string to;
  Owner owner;
};

/// An empty folder.
struct FolderLayer {
  std::string to;
  std::uint32_t mode;
  Owner owner;
};

struct Layer {
  std::variant<FileLayer, DirectoryLayer, ArchiveLayer, TextLayer, SymlinkLayer, FolderLayer> kind;
  Position at;  ///< of the layer's header
};

enum class Compression { none };

/// Either a ready ramdisk, taken byte for byte, or layers that become one.
struct Ramdisk {
  std::optional<InputPath> raw{};
  Compression compression = Compression::none;
  std::vector<Layer> layers{};  ///< empty if and only if `raw` is set
  Position at{};
};

struct Kernel {
  InputPath source;
  std::optional<InputPath> config;  ///< only read for the metadata
  std::string cmdline;
};

/// What the image's metadata section says. A member that is not set takes a default that
/// build/plan.hpp documents.
struct Metadata {
  std::optional<std::string> build_tool{};
  std::optional<std::string> build_tool_version{};
  std::optional<std::string> build_time{};  ///< RFC 3339, as written
  std::optional<std::string> operating_system{};
  std::optional<std::string> kernel_version{};
  std::optional<std::string> custom{};  ///< JSON text of an object
};

struct Image {
  std::string name;
  std::string version;
  Arch arch = Arch::x86_64;
  std::uint32_t source_date_epoch = 0;  ///< seconds; 32 bits, because cpio holds no more
  Metadata metadata;
};

struct Manifest {
  std::filesystem::path file;  ///< as the user named it
  std::string text;            ///< the file's bytes
  Sha256Digest digest{};       ///< of `text`

  Image image;
  Kernel kernel;
  std::vector<Ramdisk> ramdisks;  ///< at least one, at most max_ramdisks

  /// Where an input lies, seen from the current folder.
  [[nodiscard]] std::filesystem::path locate(const InputPath& input) const;

  /// The line that `position` names, for an error with a caret.
  [[nodiscard]] SourceLine line_at(Position position) const;
};

/// 32 sections less kernel, cmdline and metadata.
inline constexpr std::size_t max_ramdisks = 29;

}  // namespace reproduce::manifest

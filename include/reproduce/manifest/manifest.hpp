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
#include "reproduce/manifest/input.hpp"

namespace reproduce::manifest {

enum class Arch { x86_64, aarch64 };

/// "x86_64" or "aarch64".
[[nodiscard]] std::string name_of(Arch arch);

/// The kernel command line that nitro-cli gives to its images.
///
/// Source: aws-nitro-enclaves-cli 2950b36, blobs/<arch>/cmdline, without the newline.
[[nodiscard]] std::string default_cmdline(Arch arch);

struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// Paths called `to` are inside the ramdisk and in the tree's form: relative, "" for the
/// root, without `.` and `..` parts.

/// One file at one path.
struct FileLayer {
  FileRef source;
  std::string to;
  /// Where it is not set: 0644, and for a member of an archive what that records.
  std::optional<std::uint32_t> mode;
  Owner owner;
};

/// Everything that a folder, an archive, packages or an image hold.
struct TreeLayer {
  FileRef source;  ///< with a part only where an `eif`'s ramdisk is the archive
  std::string to;
  std::optional<Owner> owner;  ///< everybody's; else 0:0 for folders, and as recorded
  /// Of a folder: a file with the modes, owners and nodes that a folder cannot hold.
  std::optional<FileRef> attributes{};
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

/// A device node.
struct DeviceLayer {
  bool is_block = false;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::string to;
  std::uint32_t mode;
  Owner owner;
};

struct Layer {
  std::variant<FileLayer, TreeLayer, TextLayer, SymlinkLayer, FolderLayer, DeviceLayer> kind;
  Position at;  ///< of the layer's header
};

enum class Compression { none, gzip, zstd, xz };

/// "none", "gzip", ...: as in the manifest.
[[nodiscard]] std::string_view name_of(Compression compression) noexcept;

/// Either a ready ramdisk, taken byte for byte, or layers that become one.
struct Ramdisk {
  std::optional<FileRef> raw{};
  Compression compression = Compression::none;
  std::vector<Layer> layers{};  ///< empty if and only if `raw` is set
  Position at{};
};

/// The short form: a container's tree and a command, as the two ramdisks that nitro-cli makes.
struct App {
  FileRef source;                                          ///< as in TreeLayer
  std::optional<FileRef> init{};                           ///< in place of the builtin one
  std::optional<FileRef> nsm{};                            ///< nsm.ko
  std::optional<std::vector<std::string>> command{};       ///< in place of the image's
  std::vector<std::pair<std::string, std::string>> env{};  ///< over the image's, in order
  std::optional<std::string> user{};                       ///< in place of the image's
  std::optional<std::string> workdir{};                    ///< the same
  bool heartbeat = true;                                   ///< init tells the parent that it is up
  bool as_nitro_cli = false;                    ///< entrypoint or command, no user, no folder
  Compression compression = Compression::none;  ///< of the second ramdisk
  Position at{};
};

/// Something that makes an input: run by `reproduce lock --run` and `reproduce fetch --run`.
struct Command {
  std::string name;
  std::vector<std::string> run;  ///< program and arguments; no shell
  std::string folder;            ///< where it runs, from the manifest's folder
  std::string output;            ///< the file or folder that it makes, from `folder`
  std::vector<std::pair<std::string, std::string>> env;
  bool network = false;
  Position at;
};

/// What `reproduce lock` is not to complain about.
struct Lint {
  /// Names of findings, each with patterns of paths; no pattern means all.
  std::vector<std::pair<std::string, std::vector<std::string>>> allow{};
  bool is_error = false;  ///< a finding makes the lock fail
};

struct Kernel {
  FileRef source;
  bool may_be_empty = false;
  std::optional<FileRef> config;  ///< only read for the metadata
  std::string cmdline;
  std::optional<FileRef> cmdline_file{};  ///< in place of `cmdline`
};

/// What the image's metadata section says. A member that is not set takes a default that
/// build/plan.hpp documents.
struct Metadata {
  std::optional<FileRef> raw{};  ///< the section's bytes, in place of all the others
  std::optional<std::string> build_tool{};
  std::optional<std::string> build_tool_version{};
  std::optional<std::string> build_time{};  ///< RFC 3339, as written
  std::optional<std::string> operating_system{};
  std::optional<std::string> kernel_version{};
  std::optional<std::string> custom{};  ///< JSON text of an object
};

/// What a section of the image is.
enum class SectionKind { kernel, cmdline, metadata, ramdisk, signature };

/// "kernel", "cmdline", ...
[[nodiscard]] std::string_view name_of(SectionKind kind) noexcept;

/// The specification's version of the format; the oldest that readers take is 2.
inline constexpr std::uint16_t newest_eif_version = 4;

struct Image {
  std::string name;
  std::string version;
  Arch arch = Arch::x86_64;
  std::uint32_t source_date_epoch = 0;  ///< seconds; 32 bits, because cpio holds no more
  std::uint16_t eif_version = newest_eif_version;
  std::uint64_t default_mem = std::uint64_t{1} << 30;  ///< bytes
  std::uint64_t default_cpus = 2;
  std::optional<std::vector<SectionKind>> sections{};  ///< their order, where it is not the usual
  Metadata metadata;
};

/// A signature section that is there already.
struct Signature {
  FileRef raw;
};

/// A signature section that the build makes.
struct Sign {
  FileRef certificate;  ///< PEM; goes into the image whole
  std::string key;      ///< as written: a file, or the PKCS#11 URI of a key in a token. No input:
                        ///< it is not pinned, and no confined build can read it
  Position key_at{};

  /// Whether the key is in a token, which makes another signature each time.
  [[nodiscard]] bool is_token() const noexcept;
};

struct Manifest {
  std::filesystem::path file;  ///< as the user named it
  std::string text;            ///< the file's bytes
  Sha256Digest digest{};       ///< of `text`

  Image image;
  std::vector<Input> inputs;  ///< all of them, in the order in which they are named
  Kernel kernel;
  std::optional<App> app;
  std::vector<Ramdisk> ramdisks;  ///< at most max_ramdisks with the app's two, and at least one
                                  ///< unless Image::sections says that there is none
  std::optional<Signature> signature{};
  std::optional<Sign> sign{};  ///< never both
  std::vector<Command> commands;
  Lint lint;

  /// What the sections are, in their order: that of Image::sections, else the usual one, which
  /// is kernel, cmdline, metadata, ramdisks, signature.
  [[nodiscard]] std::vector<SectionKind> section_order() const;

  /// Where an input of the host lies, seen from the current folder. Of Origin::path only.
  [[nodiscard]] std::filesystem::path locate(const Input& input) const;

  /// Where the key of `sign` lies, seen from the current folder; a URI as it is.
  [[nodiscard]] std::string locate_key() const;

  /// The line that `position` names, for an error with a caret.
  [[nodiscard]] SourceLine line_at(Position position) const;
};

inline constexpr std::size_t max_sections = 32;

/// Less kernel, cmdline and metadata.
inline constexpr std::size_t max_ramdisks = 29;

/// How many ramdisks `[app]` makes.
inline constexpr std::size_t app_ramdisks = 2;

}  // namespace reproduce::manifest

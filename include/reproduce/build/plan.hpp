#pragma once

/// A manifest as the ordered steps that make an image: everything is listed and opened, and
/// nothing but small things has been read.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/build/ramdisk.hpp"
#include "reproduce/build/warning.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/eif/signature.hpp"
#include "reproduce/inputs/ledger.hpp"
#include "reproduce/inputs/reader.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::build {

/// Signs images in place of the build, which must not know the key: a confined build asks the
/// process that started it.
struct Signer {
  /// Opens the key, so that trouble with it is known early. Called once the confined process
  /// runs, and so never in it.
  std::function<void()> prepare{};
  /// The signature section of an image with this PCR0 under this certificate, a PEM file's text.
  std::function<Bytes(const std::string& certificate, const Sha384Digest& pcr0)> sign{};
};

/// What a build takes from its surroundings, and not from the manifest.
struct Surroundings {
  std::string tool_version;              ///< of `reproduce`, for the metadata
  std::filesystem::path scratch_folder;  ///< room for what archives hold while they are read
  std::filesystem::path store_folder{};  ///< where fetched inputs lie, for whoever must allow it
  inputs::StoreLookup store{};           ///< the files in it
  unsigned threads = 1;                  ///< for compression; no byte depends on it
  Signer signer{};                       ///< for manifests with [sign]
  bool leave_unsigned = false;           ///< no signature section, whatever [sign] says
};

/// What the sections hold, and in which order they are written.
struct Plan {
  eif::HeaderChoices header{};
  std::vector<eif::SectionType> sections;
  std::uint32_t mtime = 0;  ///< of every file in a layered ramdisk
  unsigned threads = 1;     ///< for compression

  inputs::OpenInput kernel;
  bool kernel_may_be_empty = false;
  std::string cmdline;
  std::optional<inputs::OpenInput> long_cmdline{};  ///< in its place, of no known or a large size
  Bytes metadata;
  Bytes signature{};
  std::optional<eif::SignatureSection> signature_section{};  ///< what `signature` says

  std::string certificate{};  ///< PEM; not empty: `signature` is made when PCR0 is known
  Signer signer{};
  bool signature_varies = false;  ///< the signer makes another one each time

  using RawRamdisk = inputs::OpenInput;
  using PlannedRamdisk = std::variant<RawRamdisk, LayeredRamdisk>;
  std::vector<PlannedRamdisk> ramdisks;

  Warnings warnings;
  Warnings unlinted;  ///< further ones, which lint gives one by one
};

/// Whether the metadata section is made of what the manifest says, and not given or left out.
[[nodiscard]] bool makes_metadata(const manifest::Manifest& manifest) noexcept;

/// Whether the metadata says the version of `reproduce`, so that the image depends on it.
[[nodiscard]] bool stamps_tool_version(const manifest::Manifest& manifest) noexcept;

/// Opens the kernel and the raw ramdisks, reads the kernel's
/// config, and lists or unpacks all layers.
///
/// Metadata that the manifest leaves out: BuildTool "reproduce" and the version of it,
/// BuildTime source_date_epoch, OperatingSystem and KernelVersion from the kernel's config,
/// without one "Linux" and "unknown".
///
/// Metadata and a signature that are given whole are taken as they are, once they have the shape
/// that readers demand. Whether the signature fits the image is not known yet.
///
/// Errors: Error{malformed} for an empty kernel, a config without a third line, and metadata or
/// a signature that no reader takes,
/// Error{environment} for what cannot be read, Error{untrusted} for pins that do not hold,
/// Error{usage} for layers that do not go together. `manifest` and `ledger` must outlive the
/// plan.
[[nodiscard]] Plan make_plan(const manifest::Manifest& manifest, inputs::Ledger& ledger,
                             const Surroundings& surroundings);

}  // namespace reproduce::build

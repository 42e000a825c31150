#pragma once

/// A manifest as the ordered steps that make an image: everything is listed and opened, and
/// nothing but small things has been read.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/build/ramdisk.hpp"
#include "reproduce/build/warning.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/eif/signature.hpp"
#include "reproduce/inputs/ledger.hpp"
#include "reproduce/inputs/reader.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::build {

/// What a build takes from its surroundings, and not from the manifest.
struct Surroundings {
  std::string tool_version;              ///< of `reproduce`, for the metadata
  std::filesystem::path scratch_folder;  ///< room for what archives hold while they are read
  std::filesystem::path store_folder{};  ///< where fetched inputs lie, for whoever must allow it
  inputs::StoreLookup store{};           ///< the files in it
  unsigned threads = 1;                  ///< for compression; no byte depends on it
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

#pragma once

/// The command line of AWS's builder, eif_build, as a manifest.
///
/// docs/formats/eif.md lists every option, in the spellings of all its versions, and the few
/// places where we do what its options say and it does not.
/// Source: aws-nitro-enclaves-image-format 935dc62, eif_build/src/main.rs.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/build/warning.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::build {

struct EifBuildFlags {
  std::string kernel;
  std::string cmdline;
  std::vector<std::string> ramdisks;
  manifest::Arch arch = manifest::Arch::x86_64;
  std::optional<std::string> name{};
  std::optional<std::string> version{};
  std::optional<std::string> metadata{};  ///< a file of JSON
  std::optional<std::string> build_time{};
  std::optional<std::string> build_tool{};
  std::optional<std::string> build_tool_version{};
  std::optional<std::string> image_os{};
  std::optional<std::string> image_kernel{};
  std::optional<std::string> kernel_config{};
  std::optional<std::string> signing_certificate{};
  std::optional<std::string> private_key{};        ///< a file, or a PKCS#11 URI
  std::optional<std::string> source_date_epoch{};  ///< the variable's text, where it is set
};

struct FlagManifest {
  manifest::Manifest manifest;
  Warnings warnings;
};

/// The manifest that says the same as `flags`; it has no text, and its paths start at the
/// current folder. Reads the metadata file.
///
/// Error{usage} for a certificate without a key or the other way round, no ramdisk or too many, a
/// time that is not RFC 3339, a SOURCE_DATE_EPOCH that is no number of seconds in the years up to
/// 9999; Error{environment} and Error{malformed} for the metadata file.
[[nodiscard]] FlagManifest manifest_from_flags(const EifBuildFlags& flags);

}  // namespace reproduce::build

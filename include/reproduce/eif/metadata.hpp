#pragma once

/// The metadata section: compact JSON about the build. It is in no measurement.
///
///     {"ImageName":…,"ImageVersion":…,
///      "BuildMetadata":{"BuildTime":…,"BuildTool":…,"BuildToolVersion":…,
///                       "OperatingSystem":…,"KernelVersion":…},
///      "DockerInfo":null,"CustomMetadata":null}
///
/// in exactly this key order when we write it. Read, it must be what AWS's
/// reader takes: valid JSON, the first nine keys present, strings where strings
/// are due.
/// Source: aws-nitro-enclaves-image-format 935dc62, README.md (JSON schema) and
/// `EifIdentityInfo` in src/defs/mod.rs; number and string forms are those of
/// serde_json, whose bytes we reproduce.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reproduce/base/bytes.hpp"

namespace reproduce::eif {

struct Metadata {
  std::string image_name{};
  std::string image_version{};
  std::string build_time{};  ///< RFC 3339
  std::string build_tool{};
  std::string build_tool_version{};
  std::string operating_system{};
  std::string kernel_version{};
  std::string docker_info = "null";      ///< any JSON value, canonical text
  std::string custom_metadata = "null";  ///< any JSON value, canonical text

  bool operator==(const Metadata&) const = default;
};

/// The bytes that AWS's builder would write. Error{usage} when a string is not UTF-8.
[[nodiscard]] Bytes encode_metadata(const Metadata& metadata);

/// Error{malformed} with the byte where the text stops making sense.
[[nodiscard]] Metadata decode_metadata(ByteView payload);

/// Any JSON text in serde_json's compact form: keys sorted byte-wise with the
/// last duplicate winning, shortest numbers that round-trip, raw UTF-8. At most
/// 128 levels deep (serde_json's own limit). Error{malformed} otherwise.
[[nodiscard]] std::string canonical_json(std::string_view text);

/// A custom metadata file is no larger, as in AWS's tools.
inline constexpr std::uint64_t max_custom_metadata_size = 4096;

/// What a kernel .config says of itself in its third line,
/// `# Linux/x86_64 4.14.256-209.484.amzn2.x86_64 Kernel Configuration`,
/// split as AWS's tools do: words 1 and 3 between ` `, `/` and `-`.
struct KernelConfigInfo {
  std::string operating_system;
  std::string kernel_version;
};

/// Error{malformed} when there is no third line. A missing word is "Unknown".
[[nodiscard]] KernelConfigInfo parse_kernel_config(std::string_view config);

}  // namespace reproduce::eif

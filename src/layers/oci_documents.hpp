#pragma once

/// The JSON documents of container images, decoded and checked.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/layers/oci.hpp"

namespace reproduce::layers {

/// What registries allow for a manifest (the distribution specification asks for 4 MiB).
inline constexpr std::uint64_t largest_document = std::uint64_t{4} << 20;

/// Runtimes stop at 127 layers, as overlayfs does at 500.
inline constexpr std::size_t most_layers = 500;

struct OciPlatform {
  std::string os;
  std::string architecture;
  std::string variant;

  [[nodiscard]] std::string text() const;
};

/// What points to a blob.
struct OciDescriptor {
  std::string media_type;
  Sha256Digest digest{};
  std::optional<std::uint64_t> size;  ///< nothing where only a digest was given
  std::optional<OciPlatform> platform;
  bool is_attestation = false;  ///< about an image, and none itself
};

struct OciManifest {
  OciDescriptor config;
  std::vector<OciDescriptor> layers;
};

/// An index or a manifest; exactly one of the two members has a value.
struct OciDocument {
  std::optional<std::vector<OciDescriptor>> index;
  std::optional<OciManifest> manifest;
};

struct OciConfigDocument {
  OciConfig config;
  std::vector<Sha256Digest> diff_ids;
};

/// One image of a `docker save` archive: names of files in it.
struct DockerImage {
  std::string config;
  std::vector<std::string> layers;
  std::vector<std::string> tags;
};

/// All decoders throw Error{malformed}, which names the document `what`.
/// `media_type` is what pointed here said, or empty where nobody did.
[[nodiscard]] OciDocument decode_document(ByteView bytes, const std::string& media_type,
                                          const std::string& what);
[[nodiscard]] OciConfigDocument decode_config(ByteView bytes, const std::string& what);
[[nodiscard]] std::vector<DockerImage> decode_docker_manifest(ByteView bytes);

/// Whether something of this media type is an index, or may be the manifest of an image.
[[nodiscard]] bool is_index_type(const std::string& media_type);
[[nodiscard]] bool is_manifest_type(const std::string& media_type);

/// "sha256:" and 64 lower-case digits.
[[nodiscard]] std::string digest_text(const Sha256Digest& digest);

}  // namespace reproduce::layers

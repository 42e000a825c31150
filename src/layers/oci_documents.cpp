#include "oci_documents.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "layer_stack.hpp"
#include "oci_json.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::layers {
namespace {

using namespace std::string_view_literals;

/// The OCI image specification, media-types.md, and Docker's manifest-v2-2.md.
constexpr std::array index_types{
    "application/vnd.oci.image.index.v1+json"sv,
    "application/vnd.docker.distribution.manifest.list.v2+json"sv,
};
constexpr std::array manifest_types{
    "application/vnd.oci.image.manifest.v1+json"sv,
    "application/vnd.docker.distribution.manifest.v2+json"sv,
};
constexpr std::array config_types{
    "application/vnd.oci.image.config.v1+json"sv,
    "application/vnd.docker.container.image.v1+json"sv,
};
constexpr std::array layer_types{
    "application/vnd.oci.image.layer.v1.tar"sv,
    "application/vnd.oci.image.layer.v1.tar+gzip"sv,
    "application/vnd.oci.image.layer.v1.tar+zstd"sv,
    "application/vnd.docker.image.rootfs.diff.tar"sv,
    "application/vnd.docker.image.rootfs.diff.tar.gzip"sv,
    "application/vnd.docker.image.rootfs.diff.tar.zstd"sv,
};

constexpr std::string_view schema_1 = "docker.distribution.manifest.v1";

/// What buildkit puts on descriptors of what it says about an image.
constexpr std::string_view reference_type = "vnd.docker.reference.type";

template <std::size_t Count>
bool is_one_of(const std::array<std::string_view, Count>& types, std::string_view type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

[[noreturn]] void refuse(const std::string& what, const std::string& why, const std::string& got) {
  throw Error(ErrorKind::malformed, what + " " + why, {.got = shown(got)});
}

OciPlatform decode_platform(const OciJson& json) {
  return {json.string("os"), json.string("architecture"), json.string_or_empty("variant")};
}

OciDescriptor decode_descriptor(const OciJson& json) {
  OciDescriptor descriptor{json.string("mediaType"), json.digest("digest"), json.number("size"),
                           std::nullopt, false};
  if (json.has("platform")) {
    descriptor.platform = decode_platform(json.object("platform"));
    descriptor.is_attestation =
        descriptor.platform->os == "unknown" && descriptor.platform->architecture == "unknown";
  }
  if (json.has("annotations"))
    descriptor.is_attestation |= json.object("annotations").has(reference_type);
  return descriptor;
}

std::vector<OciDescriptor> decode_index(const OciJson& json) {
  std::vector<OciDescriptor> manifests;
  for (const OciJson& item : json.objects("manifests"))
    manifests.push_back(decode_descriptor(item));
  return manifests;
}

void require_layer_type(const OciDescriptor& layer, const std::string& what) {
  const std::string& type = layer.media_type;
  if (type.find("nondistributable") != std::string::npos ||
      type.find("foreign") != std::string::npos)
    refuse(what, "has a layer that may not be distributed, and lies elsewhere", type);
  if (type.find("+encrypted") != std::string::npos)
    refuse(what, "has a layer that is encrypted", type);
  if (!is_one_of(layer_types, type)) refuse(what, "has a layer of an unknown media type", type);
}

OciManifest decode_manifest(const OciJson& json, const std::string& what) {
  OciManifest manifest{decode_descriptor(json.object("config")), {}};
  if (!is_one_of(config_types, manifest.config.media_type))
    refuse(what, "is of an artifact, not of a container image", manifest.config.media_type);
  for (const OciJson& item : json.objects("layers")) {
    manifest.layers.push_back(decode_descriptor(item));
    require_layer_type(manifest.layers.back(), what);
  }
  require_within(manifest.layers.size(), most_layers, "the image has too many layers");
  return manifest;
}

/// The media type of the document, which both who points to it and it itself may say.
std::string type_of(const OciJson& json, const std::string& pointed, const std::string& what) {
  std::string own = json.string_or_empty("mediaType");
  if (own.empty()) return pointed;
  if (!pointed.empty() && own != pointed)
    throw Error(ErrorKind::malformed, what + " is of another media type than it should be",
                {.expected = shown(pointed), .got = shown(own)});
  return own;
}

void require_schema_2(const OciJson& json, const std::string& type, const std::string& what) {
  const bool is_schema_1 = type.find(schema_1) != std::string::npos ||
                           (json.has("schemaVersion") && json.number("schemaVersion") == 1);
  if (is_schema_1)
    throw Error(ErrorKind::malformed, what + " is of Docker's schema 1",
                {.expected = "schema 2 or OCI; schema 1 does not name its layers' contents",
                 .hint = "push the image again with a tool of this decade"});
  if (json.number("schemaVersion") != 2) json.fail("schemaVersion", "the number 2");
}

}  // namespace

std::string OciPlatform::text() const {
  return os + "/" + architecture + (variant.empty() ? "" : "/" + variant);
}

OciDocument decode_document(ByteView bytes, const std::string& media_type,
                            const std::string& what) {
  const nlohmann::json parsed = OciJson::parse(bytes, what);
  const OciJson json(parsed, what);
  const std::string type = type_of(json, media_type, what);
  require_schema_2(json, type, what);
  const bool has_manifests = json.has("manifests");
  // What can be read both ways would be two images (CVE-2021-41190).
  if (has_manifests == json.has("layers"))
    refuse(what, "is neither an index nor a manifest, or both", type);
  const bool fits = type.empty() || (has_manifests ? is_one_of(index_types, type)
                                                   : is_one_of(manifest_types, type));
  if (!fits) refuse(what, "is of an unknown media type, or not what that says", type);
  OciDocument document;
  if (has_manifests)
    document.index = decode_index(json);
  else
    document.manifest = decode_manifest(json, what);
  return document;
}

OciConfigDocument decode_config(ByteView bytes, const std::string& what) {
  const nlohmann::json parsed = OciJson::parse(bytes, what);
  const OciJson json(parsed, what);
  OciConfigDocument document;
  OciConfig& config = document.config;
  config.os = json.string("os");
  config.architecture = json.string("architecture");
  config.variant = json.string_or_empty("variant");
  if (json.has("config")) {
    const OciJson run = json.object("config");
    config.entrypoint = run.strings_or_none("Entrypoint");
    config.command = run.strings_or_none("Cmd");
    config.environment = run.strings_or_none("Env");
    config.working_folder = run.string_or_empty("WorkingDir");
    config.user = run.string_or_empty("User");
  }
  const OciJson rootfs = json.object("rootfs");
  if (rootfs.string("type") != "layers") rootfs.fail("type", "the word 'layers'");
  for (const std::string& diff_id : rootfs.strings_or_none("diff_ids"))
    document.diff_ids.push_back(parse_digest(diff_id, what));
  require_within(document.diff_ids.size(), most_layers, "the image has too many layers");
  return document;
}

std::vector<DockerImage> decode_docker_manifest(ByteView bytes) {
  const std::string what = "manifest.json";
  const nlohmann::json parsed = OciJson::parse(bytes, what);
  if (!parsed.is_array())
    throw Error(ErrorKind::malformed, what + " is not a list of images",
                {.got = parsed.type_name()});
  std::vector<DockerImage> images;
  for (const nlohmann::json& item : parsed) {
    const OciJson json(item, what + ", image " + std::to_string(images.size()) + ",");
    images.push_back(
        {json.string("Config"), json.strings_or_none("Layers"), json.strings_or_none("RepoTags")});
    require_within(images.back().layers.size(), most_layers, "the image has too many layers");
  }
  return images;
}

bool is_index_type(const std::string& media_type) {
  return is_one_of(index_types, media_type);
}

bool is_manifest_type(const std::string& media_type) {
  // Schema 1 is refused with its reason when it is decoded.
  return is_one_of(manifest_types, media_type) || media_type.find(schema_1) != std::string::npos;
}

std::string digest_text(const Sha256Digest& digest) {
  return "sha256:" + to_hex(digest);
}

}  // namespace reproduce::layers

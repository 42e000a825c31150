#include "oci_image.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "layer_stack.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::layers {
namespace {

/// Indexes in indexes: real ones are two deep (index.json, and a registry's index).
constexpr std::size_t deepest_index = 4;

constexpr std::size_t most_candidates = 1000;
constexpr std::size_t most_listed = 20;

OciPlatform platform_of(const OciConfig& config) {
  return {config.os, config.architecture, config.variant};
}

OciPlatform parse_platform(const std::string& text) {
  const std::size_t first = text.find('/');
  const std::size_t second = first == std::string::npos ? first : text.find('/', first + 1);
  OciPlatform platform;
  if (first != std::string::npos) {
    platform.os = text.substr(0, first);
    platform.architecture = text.substr(first + 1, second - first - 1);
    if (second != std::string::npos) platform.variant = text.substr(second + 1);
  }
  const bool has_rest = platform.variant.find('/') != std::string::npos || text.ends_with('/');
  if (platform.os.empty() || platform.architecture.empty() || has_rest)
    throw Error(ErrorKind::usage, "the platform " + quote(text) + " is none",
                {.expected = "OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/amd64"});
  return platform;
}

/// The variant that is meant where none is given (the specification's platform variants).
std::string variant_of(const OciPlatform& platform) {
  if (!platform.variant.empty()) return platform.variant;
  if (platform.architecture == "arm64") return "v8";
  if (platform.architecture == "arm") return "v7";
  return "";
}

bool fits(const OciPlatform& platform, const OciPlatform& wanted) {
  if (platform.os != wanted.os || platform.architecture != wanted.architecture) return false;
  return wanted.variant.empty() || variant_of(platform) == variant_of(wanted);
}

std::string listed(const std::vector<OciCandidate>& candidates) {
  std::string list;
  for (std::size_t i = 0; i < candidates.size() && i < most_listed; ++i) {
    const auto& [digest, platform] = candidates[i];
    list += (i == 0 ? "" : ", ") + (platform ? platform->text() + " " : "") + digest_text(digest);
  }
  if (candidates.size() > most_listed) list += " and more";
  return candidates.empty() ? "no image" : list;
}

class Chooser {
 public:
  Chooser(OciBlobs& blobs, const OciChoice& choice) : blobs_(blobs), choice_(choice) {}

  OciDescriptor choose(const std::vector<OciDescriptor>& start) {
    for (const OciDescriptor& descriptor : start) collect(descriptor, !choice_.digest, 0);
    std::vector<OciCandidate> candidates;
    for (const OciDescriptor& descriptor : found_)
      candidates.push_back({descriptor.digest, descriptor.platform});
    const bool is_choice = found_.size() > 1 || choice_.platform;
    for (std::size_t i = 0; is_choice && i < found_.size(); ++i)
      if (!candidates[i].platform)
        candidates[i].platform = platform_of(config(manifest(found_[i])).config);
    return found_[choose_one(candidates, choice_)];
  }

  /// Documents are read once, and kept.
  const OciManifest& manifest(const OciDescriptor& descriptor) {
    const OciDocument& document = this->document(descriptor);
    if (!document.manifest)
      throw Error(ErrorKind::malformed, "an index stands where an image's manifest should");
    return *document.manifest;
  }

  const OciConfigDocument& config(const OciManifest& manifest) {
    const auto found = configs_.find(manifest.config.digest);
    if (found != configs_.end()) return found->second;
    const std::string what = "the configuration " + digest_text(manifest.config.digest);
    return configs_
        .emplace(manifest.config.digest,
                 decode_config(blobs_.document(manifest.config, what), what))
        .first->second;
  }

 private:
  void collect(const OciDescriptor& descriptor, bool is_chosen, std::size_t depth) {
    if (descriptor.is_attestation) return;
    is_chosen = is_chosen || descriptor.digest == choice_.digest;
    // Indexes that list each other often would be walked for ever.
    if (!seen_.emplace(descriptor.digest, is_chosen).second) return;
    const std::string& type = descriptor.media_type;
    const bool is_index =
        is_index_type(type) || (type.empty() && document(descriptor).index.has_value());
    if (is_index) {
      if (depth >= deepest_index)
        throw Error(ErrorKind::malformed, "the image's indexes are nested too deeply",
                    {.expected = "at most " + std::to_string(deepest_index) + " levels"});
      // By value: the map may grow below.
      const auto children = document(descriptor).index;
      if (!children) throw Error(ErrorKind::malformed, "a manifest stands where an index should");
      for (const OciDescriptor& child : *children) collect(child, is_chosen, depth + 1);
      return;
    }
    // Signatures and other artifacts are no images, whatever names them.
    if (!is_chosen || (!type.empty() && !is_manifest_type(type))) return;
    const bool is_known =
        std::any_of(found_.begin(), found_.end(),
                    [&](const OciDescriptor& other) { return other.digest == descriptor.digest; });
    if (is_known) return;
    require_within(found_.size() + 1, most_candidates, "the index has too many images");
    found_.push_back(descriptor);
  }

  const OciDocument& document(const OciDescriptor& descriptor) {
    const auto found = documents_.find(descriptor.digest);
    if (found != documents_.end()) return found->second;
    const std::string what = "the document " + digest_text(descriptor.digest);
    OciDocument decoded =
        decode_document(blobs_.document(descriptor, what), descriptor.media_type, what);
    return documents_.emplace(descriptor.digest, std::move(decoded)).first->second;
  }

  OciBlobs& blobs_;
  const OciChoice& choice_;
  std::vector<OciDescriptor> found_;
  std::set<std::pair<Sha256Digest, bool>> seen_;
  std::map<Sha256Digest, OciDocument> documents_;
  std::map<Sha256Digest, OciConfigDocument> configs_;
};

}  // namespace

std::size_t choose_one(const std::vector<OciCandidate>& candidates, const OciChoice& choice) {
  std::vector<std::size_t> fitting;
  std::optional<OciPlatform> wanted;
  if (choice.platform) wanted = parse_platform(*choice.platform);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& platform = candidates[i].platform;
    if (!wanted || (platform && fits(*platform, *wanted))) fitting.push_back(i);
  }
  if (fitting.size() == 1) return fitting.front();
  std::string asked = choice.digest ? "one with the digest " + digest_text(*choice.digest) : "one";
  if (wanted) asked += " for " + wanted->text();
  throw Error(ErrorKind::usage,
              fitting.empty() ? "there is no such image" : "there are several such images",
              {.expected = asked,
               .got = listed(candidates),
               .hint = "choose by platform, or by the digest of the manifest"});
}

OciLayers::OciLayers(const OciConfigDocument& config, std::size_t layers, const OciRequest& request)
    : config_(config), flattener_(request.scratch_folder, request.limits) {
  if (layers != config.diff_ids.size())
    throw Error(ErrorKind::malformed, "the image's manifest and configuration disagree",
                {.expected = counted(config.diff_ids.size(), "layer") + ", as in 'diff_ids'",
                 .got = counted(layers, "layer")});
}

void OciLayers::apply(Source& layer, const std::string& what) {
  try {
    const Sha256Digest expected = config_.diff_ids[applied_++];
    const Sha256Digest diff_id = flattener_.apply(layer);
    if (diff_id != expected)
      throw Error(ErrorKind::untrusted, what + " is not the one of the image's configuration",
                  {.expected = "diff_id " + digest_text(expected), .got = digest_text(diff_id)});
  } catch (Error& error) {
    error.set_file_if_unknown(what);
    throw;
  }
}

OciImage read_image(OciBlobs& blobs, const std::vector<OciDescriptor>& start,
                    const OciRequest& request) {
  Chooser chooser(blobs, request.choice);
  const OciDescriptor chosen = chooser.choose(start);
  const OciManifest& manifest = chooser.manifest(chosen);
  const OciConfigDocument& config = chooser.config(manifest);
  OciLayers layers(config, manifest.layers.size(), request);
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    const OciDescriptor& layer = manifest.layers[i];
    const std::string what = "layer " + std::to_string(i) + ", " + digest_text(layer.digest);
    blobs.stream(layer, what, [&](Source& blob) { layers.apply(blob, what); });
  }
  return {.layer = std::move(layers).finish(),
          .config = config.config,
          .manifest_digest = chosen.digest,
          .config_digest = manifest.config.digest,
          .bytes_read = blobs.bytes_read()};
}

}  // namespace reproduce::layers

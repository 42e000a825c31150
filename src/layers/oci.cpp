#include "reproduce/layers/oci.hpp"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

#include "layer_stack.hpp"
#include "oci_blobs.hpp"
#include "oci_documents.hpp"
#include "oci_image.hpp"
#include "oci_json.hpp"
#include "whiteout.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/layers/tar.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::layers {
namespace {

constexpr const char* layout_file = "oci-layout";
constexpr const char* index_file = "index.json";
constexpr const char* docker_file = "manifest.json";

/// Files of an image archive. 500 layers as old versions of Docker wrote them are 2002; each costs
/// memory while the layers' own files are read.
constexpr std::uint64_t most_files = 20'000;
constexpr std::uint64_t most_file_name_bytes = std::uint64_t{4} << 20;

/// Symlinks that an archive's file may be away from its name; Docker writes one.
constexpr int most_links = 8;

class CountingSource final : public Source {
 public:
  explicit CountingSource(Source& in) : in_(in) {}
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = in_.read(buffer);
    count_ += count;
    return count;
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  Source& in_;
  std::uint64_t count_ = 0;
};

void require_layout(ByteView bytes) {
  const nlohmann::json parsed = OciJson::parse(bytes, layout_file);
  const std::string version = OciJson(parsed, layout_file).string("imageLayoutVersion");
  if (version != "1.0.0")
    throw Error(ErrorKind::malformed, "the image layout has an unknown version",
                {.expected = "1.0.0", .got = shown(version)});
}

std::vector<OciDescriptor> decode_index_file(ByteView bytes) {
  const OciDocument document = decode_document(bytes, "", index_file);
  if (!document.index)
    throw Error(ErrorKind::malformed, "index.json is a manifest", {.expected = "an index"});
  return *document.index;
}

/// The files of an archive, which wait in the scratch folder.
class ArchiveFiles {
 public:
  explicit ArchiveFiles(Layer files) : tree_(std::move(files.tree)) {}

  [[nodiscard]] bool has(const std::string& path) const { return tree_.find(path) != nullptr; }

  /// The content at `path`, through symlinks, since Docker shares layers by them.
  [[nodiscard]] const tree::Content& at(const std::string& path) const {
    std::string place = clean_in_root(path);
    for (int followed = 0; followed <= most_links; ++followed) {
      const tree::Entry* const entry = tree_.find(place);
      if (entry == nullptr) break;
      if (entry->type == tree::EntryType::regular) return *entry->content;
      if (entry->type != tree::EntryType::symlink) break;
      place = clean_in_root(tree::join(tree::parent_of(place), entry->target));
    }
    throw Error(ErrorKind::malformed, "the image archive lacks a file",
                {.expected = shown(path), .got = "no regular file of that name"});
  }

  [[nodiscard]] Bytes document(const std::string& path) const {
    const auto source = at(path).open();
    return read_all(*source, largest_document, path);
  }

 private:
  tree::Tree tree_;
};

/// The digest that a file of a `docker save` archive has in its name, if any.
std::optional<Sha256Digest> digest_in_name(std::string_view name) {
  name.remove_prefix(std::min(name.size(), name.rfind('/') + 1));
  if (name.ends_with(".json")) name.remove_suffix(5);
  Sha256Digest digest{};
  const auto bytes = from_hex(name);
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  return digest;
}

struct DockerCandidate {
  DockerImage names;
  Sha256Digest digest{};
  OciConfigDocument config;
};

DockerCandidate read_docker_config(const ArchiveFiles& files, DockerImage names) {
  const Bytes bytes = files.document(names.config);
  const Sha256Digest digest = sha256(bytes);
  const auto named = digest_in_name(names.config);
  if (named && *named != digest)
    throw Error(ErrorKind::untrusted, "the image's configuration is not what its name says",
                {.expected = digest_text(*named), .got = digest_text(digest)});
  return {std::move(names), digest,
          decode_config(bytes, "the configuration " + digest_text(digest))};
}

OciImage read_docker_archive(const ArchiveFiles& files, const OciRequest& request) {
  // As many as one manifest.json of 4 MiB names would be read again and again.
  constexpr std::size_t most_images = 64;
  std::vector<DockerImage> images = decode_docker_manifest(files.document(docker_file));
  require_within(images.size(), most_images, "the image archive has too many images");
  std::vector<DockerCandidate> found;
  std::vector<OciCandidate> candidates;
  for (DockerImage& image : images) {
    DockerCandidate candidate = read_docker_config(files, std::move(image));
    if (request.choice.digest && candidate.digest != *request.choice.digest) continue;
    const OciConfig& config = candidate.config.config;
    candidates.push_back(
        {candidate.digest, OciPlatform{config.os, config.architecture, config.variant}});
    found.push_back(std::move(candidate));
  }
  const DockerCandidate& chosen = found[choose_one(candidates, request.choice)];
  OciLayers layers(chosen.config, chosen.names.layers.size(), request);
  for (const std::string& name : chosen.names.layers) {
    const auto source = files.at(name).open();
    layers.apply(*source, "the layer " + shown(name));
  }
  return {.layer = std::move(layers).finish(),
          .config = chosen.config.config,
          .manifest_digest = std::nullopt,
          .config_digest = chosen.digest};
}

OciImage read_layout_folder(const std::filesystem::path& location, const OciRequest& request) {
  const OciLayoutFolder folder(location);
  const auto document = [&](const char* name) {
    const auto source = folder.open(name);
    return read_all(*source, largest_document, name);
  };
  const Bytes layout = document(layout_file);
  require_layout(layout);
  const Bytes index = document(index_file);
  OciBlobs blobs([&](const Sha256Digest& digest) { return folder.open(blob_path(digest)); });
  OciImage image = read_image(blobs, decode_index_file(index), request);
  image.bytes_read += layout.size() + index.size();
  return image;
}

}  // namespace

OciImage read_oci(const std::filesystem::path& location,
                  const std::filesystem::path& scratch_folder, const OciChoice& choice,
                  const ArchiveLimits& limits) {
  std::error_code error;
  try {
    if (std::filesystem::is_directory(location, error))
      return read_layout_folder(location, {scratch_folder, choice, limits});
    FileSource archive(location);
    return read_oci_archive(archive, scratch_folder, choice, limits);
  } catch (Error& failure) {
    failure.set_file_if_unknown(location.string());
    throw;
  }
}

OciImage read_oci_archive(Source& archive, const std::filesystem::path& scratch_folder,
                          const OciChoice& choice, const ArchiveLimits& limits) {
  CountingSource counted(archive);
  ArchiveLimits outer = limits;
  outer.entries = std::min(outer.entries, most_files);
  outer.name_bytes = std::min(outer.name_bytes, most_file_name_bytes);
  const ArchiveFiles files(read_tar(counted, scratch_folder, outer));
  const OciRequest request{scratch_folder, choice, limits};
  OciImage image;
  if (files.has(layout_file)) {
    require_layout(files.document(layout_file));
    OciBlobs blobs([&](const Sha256Digest& digest) { return files.at(blob_path(digest)).open(); });
    image = read_image(blobs, decode_index_file(files.document(index_file)), request);
  } else if (files.has(docker_file)) {
    image = read_docker_archive(files, request);
  } else {
    throw Error(ErrorKind::malformed, "the archive holds no container image",
                {.expected = "the file oci-layout, or manifest.json as `docker save` writes it"});
  }
  image.bytes_read = counted.count();
  return image;
}

OciImage read_oci_blobs(const OpenBlob& open_blob, const Sha256Digest& root,
                        const std::filesystem::path& scratch_folder, const OciChoice& choice,
                        const ArchiveLimits& limits) {
  OciBlobs blobs(open_blob);
  OciDescriptor start;
  start.digest = root;
  return read_image(blobs, {start}, {scratch_folder, choice, limits});
}

}  // namespace reproduce::layers

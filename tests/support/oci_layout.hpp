#pragma once

/// Container images written by hand: blobs by digest and the documents that name them.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/tar.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::test {

inline std::string hex_digest(const std::string& bytes) {
  return to_hex(sha256(as_bytes(bytes)));
}

/// The files of an OCI image layout, by path. Tests change them as they like.
class OciLayout {
 public:
  static constexpr const char* manifest_type = "application/vnd.oci.image.manifest.v1+json";
  static constexpr const char* index_type = "application/vnd.oci.image.index.v1+json";
  static constexpr const char* config_type = "application/vnd.oci.image.config.v1+json";
  static constexpr const char* layer_type = "application/vnd.oci.image.layer.v1.tar";

  OciLayout() { files["oci-layout"] = R"({"imageLayoutVersion":"1.0.0"})"; }

  /// Adds a blob and gives a descriptor of it, with `more` inside.
  std::string add(const std::string& bytes, const std::string& type, const std::string& more = "") {
    const std::string digest = hex_digest(bytes);
    files["blobs/sha256/" + digest] = bytes;
    return R"({"mediaType":")" + type + R"(","digest":"sha256:)" + digest + R"(","size":)" +
           std::to_string(bytes.size()) + more + "}";
  }

  /// An image with these layers (tar archives); gives the descriptor of its manifest.
  std::string add_image(const std::vector<std::string>& layers,
                        const std::string& architecture = "amd64", const std::string& more = "") {
    std::string diff_ids;
    std::string descriptors;
    for (const std::string& layer : layers) {
      diff_ids += (diff_ids.empty() ? "\"sha256:" : ",\"sha256:") + hex_digest(layer) + "\"";
      descriptors += (descriptors.empty() ? "" : ",") + add(layer, layer_type);
    }
    const std::string config =
        R"({"os":"linux","architecture":")" + architecture +
        R"(","config":{"Entrypoint":["/a","b"],"Cmd":null,"Env":["X=1","Y=2"],"WorkingDir":"/w","User":"5:6"},)" +
        R"("rootfs":{"type":"layers","diff_ids":[)" + diff_ids + "]}}";
    manifest = R"({"schemaVersion":2,"config":)" + add(config, config_type) + R"(,"layers":[)" +
               descriptors + "]}";
    return add(manifest, manifest_type, more);
  }

  [[nodiscard]] static std::string index_of(const std::string& descriptors) {
    return R"({"schemaVersion":2,"manifests":[)" + descriptors + "]}";
  }
  void set_index(const std::string& descriptors) { files["index.json"] = index_of(descriptors); }

  /// All files as one tar archive.
  [[nodiscard]] std::string archive() const {
    std::string bytes;
    for (const auto& [path, content] : files)
      bytes += tar_entry({.name = path, .content = content});
    return bytes + tar_end();
  }

  std::map<std::string, std::string> files;
  std::string manifest;  ///< of the image that was added last
};

}  // namespace reproduce::test

#pragma once

/// One image out of an index, chosen and put together from its blobs.

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci_blobs.hpp"
#include "oci_documents.hpp"

#include "reproduce/layers/flatten.hpp"
#include "reproduce/layers/oci.hpp"

namespace reproduce::layers {

/// What every reader of an image needs.
struct OciRequest {
  const std::filesystem::path& scratch_folder;
  const OciChoice& choice;
  const ArchiveLimits& limits;
};

/// An image that a choice may be about.
struct OciCandidate {
  Sha256Digest digest{};
  std::optional<OciPlatform> platform;
};

/// The index of the one candidate that has the platform which `choice` asks for, or of the only
/// one there is; Error{usage} that lists them otherwise.
[[nodiscard]] std::size_t choose_one(const std::vector<OciCandidate>& candidates,
                                     const OciChoice& choice);

/// The layers of an image with this configuration, put over each other one by one.
class OciLayers {
 public:
  OciLayers(const OciConfigDocument& config, std::size_t layers, const OciRequest& request);

  /// Error{untrusted} when the decompressed layer is not the configuration's.
  void apply(Source& layer, const std::string& what);

  [[nodiscard]] Layer finish() && { return std::move(flattener_).finish(); }

 private:
  const OciConfigDocument& config_;
  Flattener flattener_;
  std::size_t applied_ = 0;
};

/// The image that `request` chooses among those that `start` leads to.
[[nodiscard]] OciImage read_image(OciBlobs& blobs, const std::vector<OciDescriptor>& start,
                                  const OciRequest& request);

}  // namespace reproduce::layers

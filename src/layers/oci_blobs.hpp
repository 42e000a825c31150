#pragma once

/// Blobs by their digest, every one held to its digest and size.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "oci_documents.hpp"

#include "reproduce/base/file.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/layers/oci.hpp"

namespace reproduce::layers {

class OciBlobs {
 public:
  explicit OciBlobs(OpenBlob open) : open_(std::move(open)) {}

  /// All of a document. Error{untrusted} when it is not what the descriptor says.
  [[nodiscard]] Bytes document(const OciDescriptor& descriptor, const std::string& what);

  /// Streams a blob through `use`. Error{untrusted} when it is not what the
  /// descriptor says, even where that made `use` throw Error{malformed}.
  void stream(const OciDescriptor& descriptor, const std::string& what,
              const std::function<void(Source&)>& use);

  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 private:
  OpenBlob open_;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t document_bytes_ = 0;
};

/// The blobs of a layout folder. Its other files are read through it too.
class OciLayoutFolder {
 public:
  /// Error{environment} when it cannot be opened.
  explicit OciLayoutFolder(const std::filesystem::path& folder);

  /// A regular file at `path`, no part of which is a symlink.
  [[nodiscard]] std::unique_ptr<Source> open(const std::string& path) const;

 private:
  std::string name_;
  UniqueFd fd_;
};

/// Where layouts keep the blob with this digest.
[[nodiscard]] std::string blob_path(const Sha256Digest& digest);

}  // namespace reproduce::layers

#pragma once

/// A container image as a tree: OCI image layouts, archives, and blobs from a store.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/layer.hpp"

namespace reproduce::layers {

/// Which of the images in an index or archive. Nothing is ever taken from the
/// host: an index with several candidates needs one of these.
struct OciChoice {
  /// Of the image's manifest, or of an index that holds it; for `docker save`
  /// archives, of its configuration.
  std::optional<Sha256Digest> digest{};
  /// "os/architecture" or "os/architecture/variant".
  std::optional<std::string> platform{};
};

/// What a container runtime would start, and where it would run. Absent members
/// are empty.
struct OciConfig {
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< "NAME=value", in order
  std::string working_folder;
  std::string user;
  std::string os;
  std::string architecture;
  std::string variant;
};

struct OciImage {
  Layer layer;
  OciConfig config;
  /// What identifies the image where there is a manifest of its own. `docker save` archives of
  /// the old form have none (theirs is a list of file names), so there the configuration's digest
  /// is what identifies the image: it holds the digests of all layers.
  std::optional<Sha256Digest> manifest_digest;
  Sha256Digest config_digest{};
  /// All bytes of the input that were read.
  std::uint64_t bytes_read = 0;
};

/// Opens a blob by its digest. What it gives is hashed and compared: the caller need not.
using OpenBlob = std::function<std::unique_ptr<Source>(const Sha256Digest&)>;

/// The image in an OCI image layout folder, or in a file that read_oci_archive()
/// reads. Nothing below a layout folder is opened through a symlink. Only blobs
/// that the image needs are read, each once.
///
/// All readers here check the size and digest of every blob while it is read, and
/// the diff_id of every layer, so that the manifest's digest vouches for the whole image.
///
/// Throws Error{untrusted} for blobs that are not what their digest says,
/// Error{malformed} for documents that break the OCI image specification or
/// Docker's schema 2 (repeated keys, unknown media types, more than 500 layers,
/// indexes in circles ...), for Docker's schema 1, for foreign layers, and for
/// whatever read_tar() and Flattener refuse; Error{usage} when `choice` fits no
/// image or several, with the list of those that there are; Error{environment} for
/// what cannot be read.
[[nodiscard]] OciImage read_oci(const std::filesystem::path& location,
                                const std::filesystem::path& scratch_folder,
                                const OciChoice& choice = {}, const ArchiveLimits& limits = {});

/// The image in an OCI archive (a tar archive of a layout) or a `docker save`
/// archive, plain or compressed. One that is both is read as a layout. Reads
/// `archive` to its end, exactly once. Since its table of contents may stand at
/// the end, its files wait in the scratch folder as they are; they are checked
/// when they are read from there.
[[nodiscard]] OciImage read_oci_archive(Source& archive,
                                        const std::filesystem::path& scratch_folder,
                                        const OciChoice& choice = {},
                                        const ArchiveLimits& limits = {});

/// The image whose manifest, or an index with it, has the digest `root`.
[[nodiscard]] OciImage read_oci_blobs(const OpenBlob& open_blob, const Sha256Digest& root,
                                      const std::filesystem::path& scratch_folder,
                                      const OciChoice& choice = {},
                                      const ArchiveLimits& limits = {});

}  // namespace reproduce::layers

#pragma once

/// The layers of a container image, one over the other, as one tree.

#include <filesystem>
#include <memory>

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/layer.hpp"

namespace reproduce::layers {

/// Layers are tar archives as the OCI image specification has them ("layer.md"):
/// those of read_tar() (tar.hpp), with these differences.
///
///     .wh.NAME        what lower layers have as NAME, and below it, is gone
///     .wh..wh..opq    what lower layers have in this folder is gone
///
/// Both act on lower layers only, wherever in their own they stand; where there
/// is nothing they do nothing. A folder that lower layers made, and of which only
/// what this layer put below it stays, is 0755 of root again. Names are made
/// clean inside the root, as runtimes do: `/etc/x` and `../etc/x` are `etc/x`.
/// Hard links may be to files of lower layers. A layer may lack its
/// end-of-archive block: its digest says that it is whole.
///
/// `limits` count for all layers together, but for entries, which count for
/// each layer and for the result.
class Flattener {
 public:
  explicit Flattener(const std::filesystem::path& scratch_folder, const ArchiveLimits& limits = {});
  Flattener(const Flattener&) = delete;
  Flattener& operator=(const Flattener&) = delete;
  Flattener(Flattener&&) = delete;
  Flattener& operator=(Flattener&&) = delete;
  ~Flattener();

  /// Puts the next layer over those before. Reads `layer`, which may be
  /// compressed as in tar.hpp, once and to its end; gives the SHA-256 of the
  /// decompressed archive, which image configurations call its diff_id.
  ///
  /// Throws as read_tar() does, and Error{malformed} for whiteouts that name
  /// nothing, `.` or `..`, and for entries below a whiteout. After an error the
  /// flattener is of no use.
  Sha256Digest apply(Source& layer);

  [[nodiscard]] Layer finish() &&;

 private:
  class State;

  std::unique_ptr<State> state_;
};

}  // namespace reproduce::layers

#pragma once

/// Inputs that are a folder with all that is in it.

#include <memory>
#include <optional>

#include "reproduce/inputs/ledger.hpp"
#include "reproduce/layers/attributes.hpp"
#include "reproduce/layers/layer.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::inputs {

/// Whose the entries of a folder are. The disk's owners never count.
struct FolderAttributes {
  manifest::Owner owner{};                     ///< everybody's, unless listed
  std::optional<layers::Attributes> listed{};  ///< modes, owners and nodes
};

/// A folder as a layer. Its files are opened and hashed when they are streamed, so that each
/// is read once; the folder is settled afterwards, by the digest of its whole tree.
class FolderInput {
 public:
  /// Lists the folder, and applies the attributes. The pin is that of the result. Error{untrusted}
  /// when it holds more or less than its pin says. `ledger` must outlive this and all of the
  /// contents.
  FolderInput(Ledger& ledger, manifest::InputId input, const FolderAttributes& attributes);
  FolderInput(FolderInput&&) noexcept;
  FolderInput& operator=(FolderInput&&) noexcept;
  FolderInput(const FolderInput&) = delete;
  FolderInput& operator=(const FolderInput&) = delete;
  ~FolderInput();

  /// The layer, whose contents tell this object what they held. A content whose bytes are
  /// not as many as when it was listed ends its stream with an error as refuse() throws it.
  [[nodiscard]] const layers::Layer& layer() const noexcept;

  /// Settles the folder in the ledger. REQUIRES: every content of the layer has been
  /// streamed to its end.
  void settle();

  /// Streams every content to nowhere and settles the folder: for a build that cannot go on
  /// and has to know whether the folder is to blame.
  void settle_unused();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reproduce::inputs

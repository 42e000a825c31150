#pragma once

/// The tree that grows as members of one layer after the other are put into it,
/// by the rules of unpacking: what comes later wins.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/layer.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::layers {

/// Paths given to it are good ones (tree/path.hpp) or "", the root; symlinks in
/// front of their last part are followed inside the root, as if it were one.
///
/// Throws Error{malformed} for paths below something that is no folder, symlinks
/// in circles, links to nothing, and more than `limits` allow.
class LayerStack {
 public:
  explicit LayerStack(const ArchiveLimits& limits) : limits_(limits) {}

  /// Whatever is put from here on belongs to the next layer.
  void begin_layer() { ++layer_; }

  /// Puts an entry in place of whatever is there, except that a folder put
  /// onto a folder keeps what that holds. Missing parents are 0755 of root.
  void put(const std::string& path, tree::Entry entry);

  /// Makes `path` another name of what is at `target`.
  void link(const std::string& path, const std::string& target);

  /// Removes what earlier layers put at and below `path`; the present layer's own stays.
  void hide(const std::string& path);

  /// The same for what lies below `path`, but not for `path` itself.
  void hide_content(const std::string& path);

  /// The root's own mode and owner, which a tree does not have.
  void set_root(const tree::Entry& root);

  void lose(const std::string& path, std::string what, LossKind kind = LossKind::other);

  /// The tree; checks what tree::Tree::add checks.
  [[nodiscard]] Layer finish() &&;

 private:
  struct Node {
    tree::Entry entry;
    std::uint32_t layer = 0;  ///< the one that put it
  };
  using Nodes = std::map<std::string, Node, std::less<>>;

  [[nodiscard]] std::string resolve(std::string_view path);
  [[nodiscard]] std::string resolve_folder(std::string_view folder);
  void follow(const Nodes::value_type& node, std::string& done, std::string& rest,
              std::uint32_t& followed) const;
  void place(const std::string& at, tree::Entry entry);
  void add_missing_parents(const std::string& at);
  void insert(const std::string& at, tree::Entry entry);
  void hide_between(Nodes::iterator first, Nodes::iterator last);
  Nodes::iterator erase(Nodes::iterator node);
  void require_room() const;

  ArchiveLimits limits_;
  Nodes nodes_;
  Layer result_;
  std::uint32_t layer_ = 0;
  std::uint64_t name_bytes_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t link_groups_ = 0;
  bool plain_root_ = true;
  // The latest folder that was resolved, since neighbours come together; forgotten when it may
  // differ.
  bool is_cached_ = false;
  std::string cached_folder_;
  std::string cached_place_;
};

/// `value` at most `limit`, or Error{malformed} with `what`.
void require_within(std::uint64_t value, std::uint64_t limit, const char* what);

/// A name in an error, shortened when it is long.
[[nodiscard]] std::string shown(std::string_view name);

}  // namespace reproduce::layers

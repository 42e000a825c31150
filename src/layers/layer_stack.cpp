#include "layer_stack.hpp"

#include <iterator>
#include <unordered_set>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::layers {
namespace {

using tree::Entry;
using tree::EntryType;

/// Linux's MAXSYMLINKS: beyond it the kernel says ELOOP.
constexpr std::uint32_t most_symlinks = 40;

/// Parts of paths that may be looked up for one tree. A root file system of 250,000 files in
/// folders ten deep needs a sixth; symlinks that multiply the work of every entry reach it.
constexpr std::uint64_t most_steps = std::uint64_t{1} << 24;

constexpr std::size_t longest_shown = 200;

Entry plain_folder() {
  return {.type = EntryType::directory, .mode = 0755};
}

[[noreturn]] void refuse(std::string_view path, const std::string& why) {
  throw Error(ErrorKind::malformed, "the entry " + shown(path) + " " + why);
}

/// The first part of `rest`, which loses it and the slashes behind it.
std::string take_part(std::string& rest) {
  const std::size_t slash = rest.find('/');
  std::string part = rest.substr(0, slash);
  const std::size_t next = rest.find_first_not_of('/', slash);
  rest.erase(0, slash == std::string::npos ? std::string::npos : next);
  return part;
}

}  // namespace

std::string shown(std::string_view name) {
  if (name.size() <= longest_shown) return quote(name);
  return quote(name.substr(0, longest_shown)) + "... (" + std::to_string(name.size()) + " bytes)";
}

void require_within(std::uint64_t value, std::uint64_t limit, const char* what) {
  if (value > limit)
    throw Error(ErrorKind::malformed, what,
                {.expected = "at most " + std::to_string(limit), .got = "more"});
}

void LayerStack::put(const std::string& path, Entry entry) {
  place(resolve(path), std::move(entry));
}

void LayerStack::place(const std::string& at, Entry entry) {
  const auto found = nodes_.find(at);
  if (found == nodes_.end()) {
    add_missing_parents(at);
    insert(at, std::move(entry));
    return;
  }
  if (entry.type == EntryType::directory && found->second.entry.type == EntryType::directory) {
    found->second = {std::move(entry), layer_};
    return;
  }
  is_cached_ = false;
  // '0' is the byte behind '/', so this is the entry and all that is below it, and no other.
  const auto below = nodes_.lower_bound(at + '/');
  const auto behind = nodes_.lower_bound(at + '0');
  for (auto node = below; node != behind;) node = erase(node);
  erase(found);
  insert(at, std::move(entry));
}

void LayerStack::link(const std::string& path, const std::string& target) {
  const std::string at = resolve(path);
  const std::string target_at = resolve(target);
  const auto found = nodes_.find(target_at);
  if (found == nodes_.end())
    refuse(path, "is a hard link to " + shown(target) + ", which is not there");
  if (at == target_at) return;
  Entry& linked = found->second.entry;
  if (linked.type == EntryType::directory) refuse(path, "is a hard link to a folder");
  if (linked.type != EntryType::regular)
    lose(at, "hard link to a " + std::string(tree::name_of(linked.type)), LossKind::hard_link);
  else if (linked.link_group == 0)
    linked.link_group = ++link_groups_;
  place(at, Entry(linked));
}

void LayerStack::hide(const std::string& path) {
  const std::string at = resolve(path);
  hide_between(nodes_.lower_bound(at + '/'), nodes_.lower_bound(at + '0'));
  if (const auto node = nodes_.find(at); node != nodes_.end() && node->second.layer != layer_) {
    const auto child = nodes_.lower_bound(at + '/');
    const bool is_needed = child != nodes_.end() && child->first.starts_with(at + '/');
    if (is_needed)
      node->second = {plain_folder(), layer_};
    else
      erase(node);
  }
}

void LayerStack::hide_content(const std::string& path) {
  if (path.empty()) {
    hide_between(nodes_.begin(), nodes_.end());
    return;
  }
  const std::string at = resolve_folder(path);
  if (at.empty())
    hide_between(nodes_.begin(), nodes_.end());
  else
    hide_between(nodes_.lower_bound(at + '/'), nodes_.lower_bound(at + '0'));
}

void LayerStack::hide_between(Nodes::iterator first, Nodes::iterator last) {
  is_cached_ = false;
  // From the back, so that what lies in a folder is decided before the folder. The views are of
  // keys that stay.
  std::unordered_set<std::string_view> needed;
  const bool nothing_before = first == nodes_.begin();
  const auto stop = nothing_before ? nodes_.end() : std::prev(first);
  auto node = last;
  while (node != nodes_.begin()) {
    const auto candidate = std::prev(node);
    if (!nothing_before && candidate == stop) break;
    node = candidate;
    const bool is_needed = needed.contains(node->first);
    if (node->second.layer != layer_ && !is_needed) {
      node = erase(node);
      continue;
    }
    // A folder that only holds the present layer's files is as if they had brought it.
    if (node->second.layer != layer_) node->second = {plain_folder(), layer_};
    needed.insert(tree::parent_of(node->first));
  }
}

void LayerStack::set_root(const Entry& root) {
  if (root.type != EntryType::directory)
    throw Error(ErrorKind::malformed, "the root is a " + std::string(tree::name_of(root.type)));
  plain_root_ = root.mode == 0755 && root.uid == 0 && root.gid == 0;
}

void LayerStack::lose(const std::string& path, std::string what, LossKind kind) {
  name_bytes_ += path.size() + what.size() + sizeof(Loss);
  require_room();
  result_.losses.push_back({path, std::move(what), kind});
}

Layer LayerStack::finish() && {
  if (!plain_root_) result_.losses.push_back({"", "mode and owner of the root folder"});
  // One node at a time, so that the tree takes the memory that the nodes leave.
  while (!nodes_.empty()) {
    auto node = nodes_.extract(nodes_.begin());
    result_.tree.add(node.key(), std::move(node.mapped().entry));
  }
  return std::move(result_);
}

/// `path` with its folder resolved. Its last part stays what it is, a symlink included.
std::string LayerStack::resolve(std::string_view path) {
  const std::string_view folder = tree::parent_of(path);
  if (!is_cached_ || folder != cached_folder_) {
    cached_place_ = resolve_folder(folder);
    cached_folder_ = folder;
    is_cached_ = true;
  }
  const std::size_t name = folder.empty() ? 0 : folder.size() + 1;
  std::string at = tree::join(cached_place_, path.substr(name));
  tree::require_path(at);
  return at;
}

std::string LayerStack::resolve_folder(std::string_view folder) {
  std::string done;
  std::string rest(folder);
  std::uint32_t followed = 0;
  while (!rest.empty()) {
    require_within(++steps_, most_steps, "the archive's symlinks and folders lead too far");
    const std::string part = take_part(rest);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      done = tree::parent_of(done);  // and the root's parent is the root
      continue;
    }
    std::string next = tree::join(done, part);
    const auto found = nodes_.find(next);
    const bool is_folder =
        found == nodes_.end() || found->second.entry.type == EntryType::directory;
    if (is_folder)
      done = std::move(next);
    else
      follow(*found, done, rest, followed);
  }
  return done;
}

/// Goes on at the target of a symlink that lies in `done`.
void LayerStack::follow(const Nodes::value_type& node, std::string& done, std::string& rest,
                        std::uint32_t& followed) const {
  const auto& [path, there] = node;
  if (there.entry.type != EntryType::symlink)
    throw Error(ErrorKind::malformed, "an entry lies below " + shown(path) + ", which is a " +
                                          std::string(tree::name_of(there.entry.type)));
  const std::string& target = there.entry.target;
  if (++followed > most_symlinks)
    throw Error(ErrorKind::malformed,
                "an entry lies below " + shown(path) + ", a symlink that leads in circles",
                {.expected = "at most " + std::to_string(most_symlinks) + " symlinks in a path"});
  if (target.size() + 1 + rest.size() > tree::longest_path)
    throw Error(ErrorKind::malformed, "an entry lies below " + shown(path) +
                                          ", a symlink that leads to a path of more than " +
                                          std::to_string(tree::longest_path) + " bytes");
  if (target.starts_with('/')) done.clear();
  rest = target + '/' + rest;
}

void LayerStack::add_missing_parents(const std::string& at) {
  std::vector<std::string> missing;
  for (std::string_view parent = tree::parent_of(at); !parent.empty();
       parent = tree::parent_of(parent)) {
    if (nodes_.contains(parent)) break;
    missing.emplace_back(parent);
  }
  for (auto parent = missing.rbegin(); parent != missing.rend(); ++parent)
    insert(*parent, plain_folder());
}

void LayerStack::insert(const std::string& at, Entry entry) {
  name_bytes_ += at.size() + entry.target.size();
  // A symlink may lie on any way; anything else that is no folder must not lie on this one.
  const bool ends_folders = entry.type != EntryType::directory && cached_place_.starts_with(at);
  if (entry.type == EntryType::symlink || ends_folders) is_cached_ = false;
  nodes_.emplace(at, Node{std::move(entry), layer_});
  require_within(nodes_.size(), limits_.entries, "the archive has too many entries");
  require_room();
}

LayerStack::Nodes::iterator LayerStack::erase(Nodes::iterator node) {
  name_bytes_ -= node->first.size() + node->second.entry.target.size();
  return nodes_.erase(node);
}

void LayerStack::require_room() const {
  require_within(name_bytes_, limits_.name_bytes, "the archive's names are too long together");
}

}  // namespace reproduce::layers

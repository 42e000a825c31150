#include "whiteout.hpp"

#include "layer_stack.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::layers {
namespace {

/// The OCI image specification, layer.md, "Whiteouts".
constexpr std::string_view whiteout_prefix = ".wh.";
constexpr std::string_view opaque_name = ".wh..wh..opq";

/// Names that AUFS kept for itself, such as `.wh..wh.plnk`; runtimes pass over them too.
constexpr std::string_view aufs_prefix = ".wh..wh.";

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
  throw Error(ErrorKind::malformed, "the entry " + shown(name) + " " + why,
              {.expected = "`.wh.` in front of the name of what is gone"});
}

bool has_part_with(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) || path.find('/' + std::string(prefix)) != std::string_view::npos;
}

}  // namespace

std::string clean_in_root(std::string_view name) {
  if (name.empty()) throw Error(ErrorKind::malformed, "an entry has no name");
  std::string path;
  for (std::string_view rest = name; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..")
      path.resize(tree::parent_of(path).size());
    else
      path = tree::join(path, part);
  }
  if (!path.empty()) tree::require_path(path);
  return path;
}

LayerName read_layer_name(std::string_view name) {
  std::string path = clean_in_root(name);
  const std::string folder(tree::parent_of(path));
  const std::string base = path.substr(folder.empty() ? 0 : folder.size() + 1);
  if (has_part_with(folder, aufs_prefix)) return {LayerNameKind::aufs_entry, std::move(path)};
  if (has_part_with(folder, whiteout_prefix)) refuse(name, "lies below a whiteout");
  if (base == opaque_name) return {LayerNameKind::hide_all, folder};
  if (base.starts_with(aufs_prefix)) return {LayerNameKind::aufs_entry, std::move(path)};
  if (!base.starts_with(whiteout_prefix)) return {LayerNameKind::entry, std::move(path)};
  const std::string hidden = base.substr(whiteout_prefix.size());
  if (hidden.empty() || hidden == "." || hidden == "..")
    refuse(name, "is a whiteout that names no file");
  return {LayerNameKind::hide, tree::join(folder, hidden)};
}

}  // namespace reproduce::layers

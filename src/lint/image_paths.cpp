#include "image_paths.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "reproduce/tree/path.hpp"

namespace reproduce::lint {
namespace {

/// Linux's MAXSYMLINKS.
constexpr int most_symlinks = 40;

constexpr std::array<std::string_view, 15> host_places{
    "/home",   "/root",      "/tmp",   "/var/tmp",   "/build",
    "/builds", "/buildroot", "/src",   "/usr/src",   "/usr/local/src",
    "/Users",  "/mnt",       "/media", "/workspace", "/workspaces"};

constexpr std::array<std::string_view, 4> mounted_places{"/proc", "/dev", "/sys", "/run"};

bool is_at_or_below(std::string_view path, std::string_view folder) noexcept {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

template <std::size_t n>
bool is_in_any(const std::array<std::string_view, n>& places, std::string_view path) noexcept {
  return std::any_of(places.begin(), places.end(),
                     [&](std::string_view place) { return is_at_or_below(path, place); });
}

/// Pushes the parts of `path` in reverse, so that the next one is at the back.
void push_parts(std::vector<std::string>& parts, std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    const std::string_view part = path.substr(slash == path.npos ? 0 : slash + 1);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path = path.substr(0, slash == path.npos ? 0 : slash);
  }
}

}  // namespace

bool is_host_place(std::string_view path) noexcept {
  return is_in_any(host_places, path);
}

const tree::Entry* ImagePaths::find(std::string_view path) const {
  for (const Ramdisk& ramdisk : ramdisks_.ramdisks)
    if (const tree::Entry* const entry = ramdisk.tree.find(path)) return entry;
  return nullptr;
}

bool ImagePaths::leads_somewhere(const std::string& root, std::string_view wanted) const {
  std::vector<std::string> parts;
  push_parts(parts, wanted);
  std::string at;  // below the root
  int followed = 0;
  while (!parts.empty()) {
    const std::string part = std::move(parts.back());
    parts.pop_back();
    if (part == "..") {
      at = tree::parent_of(at);
      continue;
    }
    std::string next = tree::join(at, part);
    if (is_in_any(mounted_places, "/" + next)) return true;
    const tree::Entry* const entry = find(tree::join(root, next));
    if (entry == nullptr) return false;
    if (entry->type == tree::EntryType::symlink) {
      if (++followed > most_symlinks) return false;
      if (entry->target.starts_with('/')) at.clear();
      push_parts(parts, entry->target);
      continue;
    }
    at = std::move(next);
  }
  return true;
}

bool ImagePaths::has(std::string_view wanted, std::string_view file) const {
  for (std::string_view root = tree::parent_of(file);; root = tree::parent_of(root)) {
    if (leads_somewhere(std::string(root), wanted)) return true;
    if (root.empty()) return false;
  }
}

}  // namespace reproduce::lint

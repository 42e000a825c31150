#include "reproduce/layers/member.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "pattern.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::layers {
namespace {

using tree::Entry;
using tree::EntryType;

/// As many as Linux follows (MAXSYMLINKS).
constexpr int most_symlinks = 40;
constexpr std::size_t most_listed = 10;

/// Pushes the parts of `path` in reverse, so that the next one is at the back.
void push_parts(std::vector<std::string>& parts, std::string_view path) {
  while (!path.empty()) {
    const std::size_t slash = path.rfind('/');
    parts.emplace_back(path.substr(slash == path.npos ? 0 : slash + 1));
    path = path.substr(0, slash == path.npos ? 0 : slash);
  }
}

/// Whether nothing can be found at or below `path`, which is `entry` (null for the root too).
bool ends_here(const std::string& path, const Entry* entry, bool is_last) {
  if (entry == nullptr) return !path.empty();
  const bool leads_on = entry->type == EntryType::directory || entry->type == EntryType::symlink;
  return !leads_on && !is_last;
}

/// The regular file that `path` leads to inside the tree; nothing when it leads nowhere.
std::optional<std::string> resolve(const tree::Tree& tree, std::string_view path) {
  std::vector<std::string> parts;
  push_parts(parts, path);
  std::string at;
  // Each symlink adds at most its target's 4095 bytes of parts.
  for (int symlinks_left = most_symlinks; !parts.empty();) {
    const std::string part = std::move(parts.back());
    parts.pop_back();
    if (part.empty() || part == ".") continue;
    std::string next = part == ".." ? std::string(tree::parent_of(at)) : tree::join(at, part);
    const Entry* const entry = tree.find(next);
    if (ends_here(next, entry, parts.empty())) return std::nullopt;
    if (entry != nullptr && entry->type == EntryType::symlink) {
      if (symlinks_left-- == 0) return std::nullopt;
      if (entry->target.starts_with('/')) at.clear();
      push_parts(parts, entry->target);
      continue;
    }
    at = std::move(next);
  }
  const Entry* const entry = tree.find(at);
  if (entry == nullptr || entry->type != EntryType::regular) return std::nullopt;
  return at;
}

/// Everything that matches, symlinks followed, each file once.
std::set<std::string> matching(const tree::Tree& tree, const Pattern& pattern) {
  std::set<std::string> found;
  if (pattern.literal() != nullptr) {
    if (auto path = resolve(tree, *pattern.literal())) found.insert(std::move(*path));
    return found;
  }
  for (const auto& [path, entry] : tree.entries()) {
    const bool leads_to_file = entry.type == EntryType::regular || entry.type == EntryType::symlink;
    if (!leads_to_file || !pattern.matches(path)) continue;
    if (auto file = resolve(tree, path)) found.insert(std::move(*file));
  }
  return found;
}

/// What may have been meant: files in the folder that the pattern names, or else files
/// anywhere whose name fits.
std::set<std::string> near(const tree::Tree& tree, const Pattern& pattern) {
  std::set<std::string> beside;
  std::set<std::string> elsewhere;
  for (const auto& [path, entry] : tree.entries()) {
    if (entry.type != EntryType::regular) continue;
    const std::string_view parent = tree::parent_of(path);
    const std::size_t name = parent.empty() ? 0 : parent.size() + 1;
    if (parent == pattern.folder() && beside.size() <= most_listed) beside.insert(path);
    if (elsewhere.size() <= most_listed &&
        pattern.matches_name(std::string_view(path).substr(name)))
      elsewhere.insert(path);
  }
  return elsewhere.empty() ? beside : elsewhere;
}

std::string listed(const std::set<std::string>& paths) {
  std::string text;
  std::size_t count = 0;
  for (const std::string& path : paths) {
    if (count++ == most_listed) return text + " and more";
    text += (text.empty() ? "" : ", ") + quote(path);
  }
  return text;
}

}  // namespace

Member choose_member(const tree::Tree& tree, std::string_view pattern) {
  std::string_view plain = pattern;
  if (plain.starts_with("./")) plain.remove_prefix(1);
  if (plain.starts_with('/')) plain.remove_prefix(1);
  if (plain.empty() || plain.size() > tree::longest_path)
    throw Error(ErrorKind::usage, "the pattern for a member is empty or too long",
                {.expected = "1 to " + std::to_string(tree::longest_path) + " bytes",
                 .got = std::to_string(plain.size())});
  const Pattern wanted(plain);
  const std::set<std::string> found = matching(tree, wanted);
  if (found.empty())
    throw Error(ErrorKind::usage, "no file matches " + quote(pattern),
                {.got = listed(near(tree, wanted)),
                 .hint = "`*` matches within one part of a path, `**` any number of parts"});
  if (found.size() > 1)
    throw Error(
        ErrorKind::usage, std::to_string(found.size()) + " files match " + quote(pattern),
        {.expected = "exactly one", .got = listed(found), .hint = "make the pattern narrower"});
  return {*found.begin(), *tree.find(*found.begin())};
}

}  // namespace reproduce::layers

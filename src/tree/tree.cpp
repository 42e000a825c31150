#include "reproduce/tree/tree.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::tree {
namespace {

constexpr std::uint32_t all_mode_bits = 07777;

/// What Linux shows for every symlink; other systems record other bits, to no effect.
constexpr std::uint32_t symlink_mode = 0777;

Entry implied_folder() {
  return {.type = EntryType::directory, .mode = 0755, .implied = true};
}

bool is_device(EntryType type) {
  return type == EntryType::character_device || type == EntryType::block_device;
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw Error(ErrorKind::malformed, "the entry " + quote(path) + " " + why);
}

void require_target(const std::string& path, const std::string& target) {
  if (target.empty()) refuse(path, "is a symlink to nothing");
  if (target.size() > longest_path)
    refuse(path, "is a symlink to more than " + std::to_string(longest_path) + " bytes");
  if (target.find('\0') != std::string::npos) refuse(path, "is a symlink with a NUL in it");
}

/// Checks the fields that count for the type and clears the others.
Entry normalised(const std::string& path, Entry entry) {
  entry.implied = false;
  if (entry.mode > all_mode_bits) refuse(path, "has mode bits beyond 07777");
  if (entry.type == EntryType::symlink) {
    require_target(path, entry.target);
    entry.mode = symlink_mode;
  } else {
    entry.target.clear();
  }
  if (!is_device(entry.type)) entry.device_major = entry.device_minor = 0;
  if (entry.device_major > largest_device_major || entry.device_minor > largest_device_minor)
    refuse(path, "has a device number that Linux cannot hold");
  if (entry.type != EntryType::regular) {
    entry.content.reset();
    entry.link_group = 0;
  } else if (!entry.content) {
    throw Error(ErrorKind::bug, "a regular file without content", {.file = path});
  }
  return entry;
}

}  // namespace

std::string_view name_of(EntryType type) noexcept {
  switch (type) {
    case EntryType::directory:
      return "folder";
    case EntryType::regular:
      return "regular file";
    case EntryType::symlink:
      return "symlink";
    case EntryType::character_device:
      return "character device";
    case EntryType::block_device:
      return "block device";
    case EntryType::fifo:
      return "fifo";
    case EntryType::socket:
      return "socket";
  }
  return "entry";
}

void Tree::add(const std::string& path, Entry entry) {
  require_path(path);
  insert(path, normalised(path, std::move(entry)));
}

void Tree::insert(const std::string& path, Entry entry) {
  next_link_group_ = std::max(next_link_group_, entry.link_group + 1);
  const auto found = entries_.find(path);
  if (found == entries_.end()) {
    add_missing_parents(path);
    emplace(path, std::move(entry));
    return;
  }
  if (found->second.type != EntryType::directory || entry.type != EntryType::directory)
    throw Error(ErrorKind::malformed, "two entries have the path " + quote(path),
                {.expected = "one entry a path, or folders only",
                 .got = "a " + std::string(name_of(found->second.type)) + ", then a " +
                        std::string(name_of(entry.type))});
  if (!entry.implied) found->second = std::move(entry);
}

void Tree::add_missing_parents(const std::string& path) {
  std::vector<std::string_view> missing;
  for (std::string_view parent = parent_of(path); !parent.empty(); parent = parent_of(parent)) {
    const auto found = entries_.find(parent);
    if (found == entries_.end()) {
      missing.push_back(parent);
      continue;
    }
    if (found->second.type == EntryType::directory) break;
    throw Error(ErrorKind::malformed, "the entry " + quote(path) + " lies below " + quote(parent) +
                                          ", which is a " +
                                          std::string(name_of(found->second.type)));
  }
  for (const std::string_view parent : missing) emplace(parent, implied_folder());
}

void Tree::emplace(std::string_view path, Entry entry) {
  path_bytes_ += path.size();
  entries_.emplace(path, std::move(entry));
}

void Tree::merge(const std::string& prefix, Tree other) {
  if (const Entry* const there = find(prefix); there != nullptr) {
    if (there->type != EntryType::directory) refuse(prefix, "is no folder to put a tree into");
  } else if (!prefix.empty()) {
    require_path(prefix);
    insert(prefix, implied_folder());
  }
  const std::uint64_t groups_before = next_link_group_ - 1;
  Entries incoming = std::move(other.entries_);
  // One at a time, so that a large tree is in memory once and not twice.
  while (!incoming.empty()) {
    auto node = incoming.extract(incoming.begin());
    Entry& entry = node.mapped();
    if (entry.link_group != 0) entry.link_group += groups_before;
    const std::string whole = join(prefix, node.key());
    require_path(whole);
    insert(whole, std::move(entry));
  }
}

void Tree::set_owner(std::uint32_t uid, std::uint32_t gid) {
  for (auto& [path, entry] : entries_) {
    entry.uid = uid;
    entry.gid = gid;
  }
}

void Tree::replace_contents(const Replace& replace) {
  std::unordered_map<const Content*, ContentPtr> replaced;
  // Keeps every old content alive, so that no new one can lie at its address.
  std::vector<ContentPtr> kept;
  for (auto& [path, entry] : entries_) {
    if (!entry.content) continue;
    const auto [place, is_new] = replaced.try_emplace(entry.content.get());
    if (is_new) {
      kept.push_back(entry.content);
      place->second = replace(path, entry.content);
    }
    entry.content = place->second;
  }
}

const Entry* Tree::find(std::string_view path) const {
  const auto found = entries_.find(path);
  return found == entries_.end() ? nullptr : &found->second;
}

LinkGroups link_groups(const Tree& tree) {
  LinkGroups groups;
  for (const auto& [path, entry] : tree.entries()) {
    if (entry.link_group == 0) continue;
    LinkGroup& group = groups[entry.link_group];
    ++group.count;
    group.last_path = path;
  }
  std::erase_if(groups, [](const auto& group) { return group.second.count < 2; });
  return groups;
}

}  // namespace reproduce::tree

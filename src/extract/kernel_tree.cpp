#include "kernel_tree.hpp"

#include <algorithm>
#include <string_view>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/cpio/entry_type.hpp"
#include "reproduce/cpio/newc.hpp"
#include "reproduce/initramfs/listing.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::extract {
namespace {

using tree::EntryType;

constexpr std::uint32_t permission_bits = 07777;
constexpr std::uint32_t implied_folder_mode = 0755;

Node node_of(const cpio::NewcHeader& header, EntryType type) {
  return {
      .type = type, .mode = header.mode & permission_bits, .uid = header.uid, .gid = header.gid};
}

/// Why no folder can have an entry at `path`, in words.
std::optional<std::string> fault_of(std::string_view path) {
  if (const auto fault = tree::path_fault(path)) return "its name " + *fault;
  if (static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) > most_path_parts)
    return "it lies in more than " + std::to_string(most_path_parts) + " folders";
  return std::nullopt;
}

[[noreturn]] void refuse_size(const std::string& limit) {
  throw Error(ErrorKind::environment, "the ramdisks hold more than is extracted",
              {.expected = "at most " + limit,
               .got = "more",
               .hint = "`--sections-only` extracts the ramdisks' bytes without their files"});
}

}  // namespace

void Budget::take(std::size_t path_size) {
  if (entries == 0) refuse_size(std::to_string(most_entries) + " entries");
  if (path_size > path_bytes) refuse_size("32 MiB of names");
  --entries;
  path_bytes -= path_size;
}

void KernelTree::note(const std::string& name, std::string what) {
  if (notes_.size() == most_listed_notes)
    ++unlisted_notes_;
  else
    notes_.push_back({name, std::move(what)});
}

void KernelTree::add(const Recorded& recorded) {
  const initramfs::FoundEntry& entry = recorded.entry;
  if (!mtime_) mtime_ = entry.header.mtime;
  if (!entry.passed_over.empty())
    return note(entry.name, "the kernel passes over it: " + entry.passed_over);
  const auto path = initramfs::path_of(entry.name);
  if (!path) return note(entry.name, "its name has a `..`, which is not followed");
  const auto type = cpio::entry_type(entry.header.mode);
  if (!type) return note(entry.name, "it is of no type that the kernel knows");
  if (path->empty()) {
    // The root is there before; an archive can only change its mode and owner.
    if (*type != EntryType::directory) note(entry.name, "it would take the place of the root");
    return;
  }
  if (const auto fault = fault_of(*path)) return note(entry.name, *fault);
  if (!make_way(*path)) return;
  switch (*type) {
    case EntryType::regular:
      return add_regular(*path, recorded);
    case EntryType::directory:
      return add_folder(*path, recorded);
    case EntryType::symlink:
      if (recorded.target.empty() || recorded.target.find('\0') != std::string::npos)
        return note(*path, "it is a symlink without a target, or with a NUL in it");
      return add_node(*path, recorded, *type);
    case EntryType::character_device:
    case EntryType::block_device:
    case EntryType::fifo:
    case EntryType::socket:
      return add_node(*path, recorded, *type);
  }
}

/// Makes the folders above `path` that no entry has brought: another ramdisk may have.
bool KernelTree::make_way(const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    const auto found = paths_.find(folder);
    if (found == paths_.end()) {
      insert(folder, {.type = EntryType::directory, .mode = implied_folder_mode});
    } else if (const Node& node = nodes_[found->second]; node.type != EntryType::directory) {
      note(path, "it would go through " + quote(folder) + ", which is a " +
                     std::string(tree::name_of(node.type)) + " and is not followed");
      return false;
    }
  }
  return true;
}

/// False when a folder with something in it is in the way.
bool KernelTree::remove(const std::string& path) {
  const auto found = paths_.find(path);
  if (found == paths_.end()) return true;
  if (nodes_[found->second].type == EntryType::directory) {
    const auto below = paths_.lower_bound(path + "/");
    if (below != paths_.end() && below->first.starts_with(path + "/")) {
      note(path, "a folder that is not empty is in its place, and stays");
      return false;
    }
  }
  paths_.erase(found);
  return true;
}

void KernelTree::insert(const std::string& path, Node node) {
  budget_.take(path.size());
  paths_[path] = nodes_.size();
  nodes_.push_back(std::move(node));
}

std::optional<std::string> KernelTree::linked_to(const std::string& path,
                                                 const Recorded& recorded) {
  const cpio::NewcHeader& header = recorded.entry.header;
  if (header.link_count < 2) return std::nullopt;
  std::string key;
  for (const std::uint64_t number : {recorded.entry.archive, std::uint64_t{header.device_major},
                                     std::uint64_t{header.device_minor},
                                     std::uint64_t{header.inode}, std::uint64_t{header.type()}})
    key += std::to_string(number) + " ";
  const auto [known, is_new] = links_.try_emplace(key, path);
  if (is_new) return std::nullopt;
  return known->second;
}

bool KernelTree::link(const std::string& path, const std::string& existing) {
  const auto found = paths_.find(existing);
  if (path == existing || found == paths_.end()) {
    note(path, "it is a link to " + quote(existing) + ", which is gone by then");
    return false;
  }
  const std::size_t node = found->second;
  if (!remove(path)) return false;
  budget_.take(path.size());
  paths_[path] = node;
  return true;
}

void KernelTree::add_regular(const std::string& path, const Recorded& recorded) {
  const cpio::NewcHeader& header = recorded.entry.header;
  const auto existing = linked_to(path, recorded);
  if (existing) {
    if (!link(path, *existing)) return;
  } else if (const auto found = paths_.find(path);
             found == paths_.end() || nodes_[found->second].type != EntryType::regular) {
    if (!remove(path)) return;
    insert(path, {});
  }
  Node& node = nodes_[paths_.at(path)];
  if (node.type != EntryType::regular)
    return note(path, "it is a link to what is no regular file by then");
  const Node fresh = node_of(header, EntryType::regular);
  node.mode = fresh.mode;
  node.uid = fresh.uid;
  node.gid = fresh.gid;
  // A link without bytes leaves those that the file has.
  if (existing && header.content_size == 0) return;
  node.size = header.content_size;
  node.content = std::nullopt;
  if (header.content_size != 0)
    node.content = ContentPlace{recorded.entry.stretch, recorded.entry.offset};
}

void KernelTree::add_folder(const std::string& path, const Recorded& recorded) {
  Node fresh = node_of(recorded.entry.header, EntryType::directory);
  const auto found = paths_.find(path);
  if (found != paths_.end() && nodes_[found->second].type == EntryType::directory) {
    nodes_[found->second] = std::move(fresh);
    return;
  }
  if (remove(path)) insert(path, std::move(fresh));
}

void KernelTree::add_node(const std::string& path, const Recorded& recorded, EntryType type) {
  if (type != EntryType::symlink) {
    if (const auto existing = linked_to(path, recorded)) {
      (void)link(path, *existing);
      return;
    }
  }
  if (!remove(path)) return;
  Node node = node_of(recorded.entry.header, type);
  if (type == EntryType::symlink) node.target = recorded.target;
  if (type == EntryType::character_device || type == EntryType::block_device) {
    node.device_major = recorded.entry.header.rdevice_major;
    node.device_minor = recorded.entry.header.rdevice_minor;
  }
  insert(path, std::move(node));
}

layers::Attributes KernelTree::attributes() const {
  layers::Attributes attributes;
  std::unordered_map<std::size_t, std::string> first_paths;
  for (const auto& [path, index] : paths_) {
    const Node& node = nodes_[index];
    layers::Attribute attribute{.path = path};
    if (const auto first = first_paths.find(index); first != first_paths.end()) {
      attribute.link_to = first->second;
    } else {
      attribute.type = node.type;
      attribute.mode = node.mode;
      attribute.uid = node.uid;
      attribute.gid = node.gid;
      attribute.device_major = node.device_major;
      attribute.device_minor = node.device_minor;
      if (node.type == EntryType::regular) first_paths.emplace(index, path);
    }
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

}  // namespace reproduce::extract

#include "reproduce/initramfs/listing.hpp"

#include <unordered_map>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/crypto/digest_sink.hpp"

namespace reproduce::initramfs {
namespace {

ListedEntry as_listed(const FoundEntry& found) {
  return {.header = found.header,
          .name = found.name,
          .stretch = found.stretch,
          .offset = found.offset,
          .archive = found.archive,
          .passed_over = found.passed_over};
}

/// Whether the kernel may make `other` a further name of `entry`'s file.
bool shares_file(const cpio::NewcHeader& entry, std::uint64_t archive,
                 const cpio::NewcHeader& other, std::uint64_t other_archive) {
  return other_archive == archive && other.link_count >= 2 && other.type() == cpio::type_regular &&
         other.inode == entry.inode && other.device_major == entry.device_major &&
         other.device_minor == entry.device_minor;
}

bool may_have_links(const cpio::NewcHeader& header) {
  return header.link_count >= 2 && header.type() == cpio::type_regular;
}

class Lister {
 public:
  Listing run(const JoinedRamdisks& ramdisks) && {
    listing_.walk =
        walk(ramdisks, [this](const FoundEntry& entry, Source& content) { add(entry, content); });
    return std::move(listing_);
  }

 private:
  void add(const FoundEntry& found, Source& content) {
    if (listing_.entries.size() == most_listed_entries ||
        found.name.size() > most_listed_name_bytes - name_bytes_) {
      ++listing_.unlisted_entries;
      return;
    }
    ListedEntry entry = as_listed(found);
    name_bytes_ += entry.name.size();
    if (entry.header.type() == cpio::type_symlink && entry.passed_over.empty()) {
      const Bytes target = read_all(content, entry.header.content_size, "the target of a link");
      name_bytes_ += target.size();
      entry.target = as_text(target);
      entry.sha256 = reproduce::sha256(target);
    } else {
      DigestSink digest;
      (void)copy(content, digest);
      entry.sha256 = std::move(digest).finish();
    }
    remember_path(entry);
    listing_.entries.push_back(std::move(entry));
  }

  void remember_path(const ListedEntry& entry) {
    if (!entry.passed_over.empty()) return;
    const std::optional<std::string> path = path_of(entry.name);
    if (!path) return;
    const std::size_t index = listing_.entries.size();
    const auto [at, is_new] = latest_.try_emplace(*path, index);
    if (is_new) return;
    listing_.entries[at->second].replaced_by = index;
    at->second = index;
  }

  Listing listing_;
  std::uint64_t name_bytes_ = 0;
  std::unordered_map<std::string, std::size_t> latest_;
};

}  // namespace

std::optional<std::string> path_of(std::string_view name) {
  std::string path;
  while (!name.empty()) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    name.remove_prefix(slash == std::string_view::npos ? name.size() : slash + 1);
    if (part == "..") return std::nullopt;
    if (part.empty() || part == ".") continue;
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

Listing list(const JoinedRamdisks& ramdisks) {
  return Lister().run(ramdisks);
}

const ListedEntry* find(const Listing& listing, std::string_view path) {
  const ListedEntry* found = nullptr;
  for (const ListedEntry& entry : listing.entries)
    if (entry.passed_over.empty() && !entry.replaced_by && path_of(entry.name) == path)
      found = &entry;
  return found;
}

const ListedEntry& holder_of(const Listing& listing, const ListedEntry& entry) {
  if (!may_have_links(entry.header)) return entry;
  const ListedEntry* holder = &entry;
  for (const ListedEntry& other : listing.entries)
    if (other.passed_over.empty() && other.header.content_size != 0 &&
        shares_file(entry.header, entry.archive, other.header, other.archive))
      holder = &other;
  return *holder;
}

std::optional<LookedUp> look_up(const JoinedRamdisks& ramdisks, std::string_view path) {
  std::optional<LookedUp> found;
  (void)walk(ramdisks, [&](const FoundEntry& entry, Source& content) {
    if (!entry.passed_over.empty() || path_of(entry.name) != path) return;
    found = LookedUp{.entry = as_listed(entry), .holder = as_listed(entry)};
    if (entry.header.type() == cpio::type_symlink) {
      const Bytes target = read_all(content, entry.header.content_size, "the target of a link");
      found->entry.target = as_text(target);
    }
  });
  if (!found || !may_have_links(found->entry.header)) return found;
  (void)walk(ramdisks, [&](const FoundEntry& other, Source& /*content*/) {
    if (other.passed_over.empty() && other.header.content_size != 0 &&
        shares_file(found->entry.header, found->entry.archive, other.header, other.archive))
      found->holder = as_listed(other);
  });
  return found;
}

void read_entry(const JoinedRamdisks& ramdisks, const ListedEntry& entry, Sink& out) {
  bool found = false;
  (void)walk_until(ramdisks, [&](const FoundEntry& other, Source& content) {
    if (other.stretch != entry.stretch || other.offset != entry.offset) return Wish::go_on;
    found = copy(content, out) == entry.header.content_size;
    return Wish::enough;
  });
  if (!found) throw Error(ErrorKind::environment, "the image changed while it was read");
}

}  // namespace reproduce::initramfs

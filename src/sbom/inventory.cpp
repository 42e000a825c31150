#include "reproduce/sbom/inventory.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/cpio/newc.hpp"
#include "reproduce/initramfs/listing.hpp"
#include "reproduce/initramfs/walk.hpp"

namespace reproduce::sbom {
namespace {

using initramfs::FoundEntry;

enum class DatabaseKind { dpkg, apk, os_release, rpm };

struct Place {
  std::string_view path;  ///< below the root that it is the database of
  DatabaseKind kind;
  bool is_folder = false;
};
constexpr Place places[] = {
    {"var/lib/dpkg/status", DatabaseKind::dpkg},
    {"var/lib/dpkg/status.d/", DatabaseKind::dpkg, true},
    {"lib/apk/db/installed", DatabaseKind::apk},
    {"usr/lib/apk/db/installed", DatabaseKind::apk},
    {"etc/os-release", DatabaseKind::os_release},
    {"usr/lib/os-release", DatabaseKind::os_release},
    {"var/lib/rpm/rpmdb.sqlite", DatabaseKind::rpm},
    {"var/lib/rpm/Packages", DatabaseKind::rpm},
    {"var/lib/rpm/Packages.db", DatabaseKind::rpm},
    {"usr/lib/sysimage/rpm/rpmdb.sqlite", DatabaseKind::rpm},
    {"usr/lib/sysimage/rpm/Packages.db", DatabaseKind::rpm},
};

struct Found {
  DatabaseKind kind = DatabaseKind::dpkg;
  std::string root;  ///< "" or with a slash at its end
};

/// `root` of `path` when it ends with `tail` at a border of parts.
std::optional<std::string> root_before(std::string_view path, std::string_view tail) {
  if (!path.ends_with(tail)) return std::nullopt;
  const std::string_view root = path.substr(0, path.size() - tail.size());
  if (!root.empty() && root.back() != '/') return std::nullopt;
  return std::string(root);
}

std::optional<Found> database_at(std::string_view path) {
  for (const Place& place : places) {
    std::string_view looked_at = path;
    if (place.is_folder) {
      const std::size_t slash = path.rfind('/');
      if (slash == std::string_view::npos || path.ends_with(".md5sums")) continue;
      looked_at = path.substr(0, slash + 1);
    }
    if (auto root = root_before(looked_at, place.path)) return Found{place.kind, *std::move(root)};
  }
  return std::nullopt;
}

/// Keeps the first `limit` bytes, and digests of all.
class FileSink final : public Sink {
 public:
  explicit FileSink(std::uint64_t limit) : limit_(limit) {}

  void write(ByteView bytes) override {
    sha1_.update(bytes);
    sha256_.update(bytes);
    const auto kept = std::min<std::uint64_t>(bytes.size(), limit_ - text_.size());
    text_.append(as_text(bytes.first(static_cast<std::size_t>(kept))));
    size_ += bytes.size();
  }

  [[nodiscard]] ListedFile finish(const std::string& path) && {
    return {.path = path,
            .size = size_,
            .sha1 = std::move(sha1_).finish(),
            .sha256 = std::move(sha256_).finish()};
  }
  [[nodiscard]] std::string& text() noexcept { return text_; }
  [[nodiscard]] bool is_whole() const noexcept { return text_.size() == size_; }

 private:
  std::uint64_t limit_;
  std::uint64_t size_ = 0;
  std::string text_;
  Sha1 sha1_;
  Sha256 sha256_;
};

/// Names of one file: archive, device, inode.
using LinkKey = std::tuple<std::uint64_t, std::uint32_t, std::uint32_t, std::uint32_t>;

/// What is at a path, so far.
struct Latest {
  bool is_regular = false;
  ListedFile file{};
  std::optional<LinkKey> link{};          ///< of a file that has several names
  std::optional<std::string> database{};  ///< its text
};

/// "ID=debian", with or without quotes.
std::string distribution_of(std::string_view os_release) {
  constexpr std::string_view key = "ID=";
  while (!os_release.empty()) {
    const std::size_t end = std::min(os_release.find('\n'), os_release.size());
    std::string_view line = os_release.substr(0, end);
    os_release.remove_prefix(std::min(os_release.size(), end + 1));
    if (!line.starts_with(key)) continue;
    line.remove_prefix(key.size());
    if (line.size() >= 2 && (line.front() == '"' || line.front() == '\'') &&
        line.back() == line.front())
      line = line.substr(1, line.size() - 2);
    return std::string(line);
  }
  return {};
}

class InventoryTaker {
 public:
  Inventory run(const initramfs::JoinedRamdisks& ramdisks) && {
    const initramfs::Walk walk = initramfs::walk(
        ramdisks, [this](const FoundEntry& entry, Source& content) { add(entry, content); });
    if (walk.stop) inventory_.stop = walk.stop->what;
    for (auto& [path, latest] : latest_) list(path, latest);
    list_packages();
    return std::move(inventory_);
  }

 private:
  void add(const FoundEntry& entry, Source& content) {
    const auto path = initramfs::path_of(entry.name);
    if (!entry.passed_over.empty() || !path || path->empty()) return;
    if (entry.name.size() > names_left_ || latest_.size() == initramfs::most_listed_entries)
      throw Error(ErrorKind::environment, "the ramdisks hold more entries than are listed");
    names_left_ -= entry.name.size();
    Latest latest;
    const cpio::NewcHeader& header = entry.header;
    latest.is_regular = header.type() == cpio::type_regular;
    if (latest.is_regular) read(entry, *path, content, latest);
    latest_[*path] = std::move(latest);
  }

  void read(const FoundEntry& entry, const std::string& path, Source& content, Latest& latest) {
    const std::optional<Found> database = database_at(path);
    const bool is_text = database && database->kind != DatabaseKind::rpm;
    FileSink sink(is_text ? std::min(largest_database, text_left_) : 0);
    (void)copy(content, sink);
    if (is_text) text_left_ -= sink.text().size();
    if (is_text && sink.is_whole()) latest.database = std::move(sink.text());
    latest.file = std::move(sink).finish(path);
    const cpio::NewcHeader& header = entry.header;
    if (header.link_count < 2) return;
    latest.link = LinkKey{entry.archive, header.device_major, header.device_minor, header.inode};
    if (header.content_size != 0) linked_[*latest.link] = latest.file;
  }

  void list(const std::string& path, Latest& latest) {
    if (!latest.is_regular) return;
    if (latest.link) {
      if (const auto holder = linked_.find(*latest.link); holder != linked_.end()) {
        latest.file = holder->second;
        latest.file.path = path;
      }
    }
    inventory_.files.push_back(latest.file);
    const std::optional<Found> database = database_at(path);
    if (!database) return;
    if (database->kind == DatabaseKind::rpm)
      inventory_.unread.push_back("there is a database of rpm at " + quote(path) +
                                  ", which is not read");
    else if (!latest.database)
      inventory_.unread.push_back("the database at " + quote(path) +
                                  " is too large, and is not read");
    else if (database->kind == DatabaseKind::os_release)
      distributions_.try_emplace(database->root, distribution_of(*latest.database));
  }

  void list_packages() {
    for (const auto& [path, latest] : latest_) {
      if (!latest.database) continue;
      const Found found = database_at(path).value_or(Found{});
      std::vector<Package> packages;
      if (found.kind == DatabaseKind::dpkg) packages = parse_dpkg_status(*latest.database);
      if (found.kind == DatabaseKind::apk) packages = parse_apk_installed(*latest.database);
      const auto distribution = distributions_.find(found.root);
      for (Package& package : packages)
        inventory_.packages.push_back({.package = std::move(package),
                                       .database = path,
                                       .distribution = distribution == distributions_.end()
                                                           ? std::string()
                                                           : distribution->second});
    }
  }

  std::uint64_t names_left_ = initramfs::most_listed_name_bytes;
  std::uint64_t text_left_ = most_database_bytes;
  std::map<std::string, Latest> latest_;
  std::map<LinkKey, ListedFile> linked_;
  std::map<std::string, std::string> distributions_;  // by root
  Inventory inventory_;
};

}  // namespace

Inventory take_inventory(const initramfs::JoinedRamdisks& ramdisks) {
  return InventoryTaker().run(ramdisks);
}

}  // namespace reproduce::sbom

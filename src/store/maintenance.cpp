#include "reproduce/store/maintenance.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layout.hpp"

#include "reproduce/base/error.hpp"

namespace reproduce::store {
namespace {

bool is_temporary(std::string_view name) {
  return name.starts_with(temporary_prefix);
}

std::uint64_t bytes_of(const struct stat& status) {
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

void count(Total& total, const struct stat& status) {
  ++total.count;
  total.bytes += bytes_of(status);
}

/// One name in a folder of the store.
struct Item {
  const Folder& folder;
  const std::string& name;
  const struct stat& status;
  std::string path;  ///< below the store's folder
};

/// Calls a function for whatever lies in a store, by what it is.
class Walk {
 public:
  using Visit = std::function<void(const Item&)>;
  using VisitObject = std::function<void(const Item&, const Sha256Digest&)>;

  Visit on_foreign = [](const Item&) {};
  Visit on_partial = [](const Item&) {};
  VisitObject on_object = [](const Item&, const Sha256Digest&) {};

  void run(const std::filesystem::path& store) const {
    const int fd = ::open(store.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return;
    if (fd < 0) throw_io_error("open", store.string(), errno);
    const Folder root{UniqueFd(fd), store.string()};
    each(root, "", [this, &root](const Item& item) {
      if (item.name == objects_name && S_ISDIR(item.status.st_mode))
        shards(root);
      else if (item.name == partial_name && S_ISDIR(item.status.st_mode))
        partials(root);
      else if (item.name != format_name || !S_ISREG(item.status.st_mode))
        on_foreign(item);
    });
  }

 private:
  static void each(const Folder& folder, const std::string& prefix, const Visit& visit) {
    for (const std::string& name : names_in(folder))
      if (const auto status = status_of(folder, name))
        visit({folder, name, *status, prefix + name});
  }

  void shards(const Folder& root) const {
    const auto objects = find_folder(root.fd.get(), root.path, objects_name);
    if (!objects) return;
    each(*objects, std::string(objects_name) + "/", [this, &objects](const Item& shard) {
      const auto folder = S_ISDIR(shard.status.st_mode)
                              ? find_folder(objects->fd.get(), objects->path, shard.name)
                              : std::nullopt;
      if (!folder) return on_foreign(shard);
      each(*folder, shard.path + "/", [this, &shard](const Item& item) {
        const auto digest = digest_of(item.name);
        if (digest && shard_of(*digest) == shard.name && S_ISREG(item.status.st_mode))
          on_object(item, *digest);
        else
          on_foreign(item);
      });
    });
  }

  void partials(const Folder& root) const {
    const auto folder = find_folder(root.fd.get(), root.path, partial_name);
    if (!folder) return;
    each(*folder, std::string(partial_name) + "/", [this](const Item& item) {
      const bool ours = is_temporary(item.name) || digest_of(item.name);
      if (ours && S_ISREG(item.status.st_mode))
        on_partial(item);
      else
        on_foreign(item);
    });
  }
};

void remove_item(const Item& item) {
  if (::unlinkat(item.folder.fd.get(), item.name.c_str(), 0) != 0 && errno != ENOENT)
    throw_io_error("remove", item.folder.path + "/" + item.name, errno);
}

}  // namespace

std::string_view name_of(Fault fault) noexcept {
  switch (fault) {
    case Fault::corrupt:
      return "corrupt";
    case Fault::foreign:
      return "foreign";
    case Fault::partial:
      return "partial";
  }
  return "corrupt";
}

Verification verify(const Store& store, const OnObject& on_object) {
  Verification result;
  const auto note = [&result](Fault fault) {
    return [&result, fault](const Item& item) {
      result.findings.push_back({fault, item.path, bytes_of(item.status)});
    };
  };
  Walk walk;
  walk.on_foreign = note(Fault::foreign);
  walk.on_partial = note(Fault::partial);
  walk.on_object = [&](const Item& item, const Sha256Digest& digest) {
    if (on_object) on_object(bytes_of(item.status));
    switch (store.examine(digest)) {
      case State::intact:
        count(result.intact, item.status);
        break;
      case State::corrupt:
        note(Fault::corrupt)(item);
        break;
      case State::absent:
        break;  // removed meanwhile
    }
  };
  walk.run(store.folder());
  return result;
}

Collection gc(const Store& store, const Keep& keep) {
  const int fd = ::open(store.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return {};
  if (fd < 0) throw_io_error("open", store.folder().string(), errno);
  const UniqueFd root(fd);
  // With this lock nobody else writes, so no temporary is anybody's.
  const UniqueFd lock = lock_exclusive(root.get(), store.folder().string());
  Collection result;
  const auto is_recent = [&keep](const Item& item) {
    return static_cast<std::int64_t>(item.status.st_mtim.tv_sec) >= keep.since;
  };
  Walk walk;
  walk.on_partial = [&](const Item& item) {
    if (!is_temporary(item.name) && is_recent(item)) return;
    remove_item(item);
    count(result.removed_partials, item.status);
  };
  walk.on_object = [&](const Item& item, const Sha256Digest& digest) {
    if (keep.objects.contains(digest) || is_recent(item)) return count(result.kept, item.status);
    remove_item(item);
    count(result.removed, item.status);
  };
  walk.run(store.folder());
  return result;
}

}  // namespace reproduce::store

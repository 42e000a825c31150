#pragma once

/// Looking after a store: is it sound, and what of it is still needed?

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "reproduce/store/store.hpp"

namespace reproduce::store {

/// How many files, and their bytes together.
struct Total {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;

  bool operator==(const Total&) const = default;
};

enum class Fault {
  corrupt,  ///< an object whose bytes are not those of its name: fetch replaces it
  foreign,  ///< a name that no store gives, or no regular file: left alone
  partial   ///< a download or a temporary that was not finished, or still is on its way
};

/// "corrupt", "foreign", "partial".
[[nodiscard]] std::string_view name_of(Fault fault) noexcept;

struct Finding {
  Fault fault = Fault::corrupt;
  std::string path;         ///< below the store's folder; any bytes: escape to show
  std::uint64_t bytes = 0;  ///< 0 for what is no regular file
};

struct Verification {
  Total intact;
  std::vector<Finding> findings;  ///< by path
};

/// Told about every object before it is read: its bytes.
using OnObject = std::function<void(std::uint64_t)>;

/// Reads every object. Error{environment} for what cannot be read at all.
[[nodiscard]] Verification verify(const Store& store, const OnObject& on_object = {});

/// What gc() may not remove. Times are seconds since 1970.
struct Keep {
  std::set<Sha256Digest> objects;  ///< named by a lock
  std::int64_t since = 0;          ///< added, or added again, at that time or later
};

struct Collection {
  Total removed;           ///< objects
  Total removed_partials;  ///< downloads and temporaries
  Total kept;              ///< objects
};

/// Removes objects and downloads that `keep` does not name, and temporaries that
/// nobody writes any more. Foreign files are left alone. Error{environment} while
/// another process writes to the store, and when something cannot be removed.
Collection gc(const Store& store, const Keep& keep);

}  // namespace reproduce::store

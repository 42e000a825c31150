#pragma once

/// What software the ramdisks of an image hold: packages, as the databases in them say, and
/// every file with its digests.

#include <cstdint>
#include <string>
#include <vector>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/initramfs/joined.hpp"
#include "reproduce/sbom/packages.hpp"

namespace reproduce::sbom {

struct ListedPackage {
  Package package;
  std::string database;      ///< the path of what lists it; any bytes
  std::string distribution;  ///< ID of the os-release beside it; empty where there is none
};

struct ListedFile {
  std::string path;  ///< any bytes
  std::uint64_t size = 0;
  Sha1Digest sha1{};
  Sha256Digest sha256{};
};

struct Inventory {
  std::vector<ListedPackage> packages;  ///< by database, then in its order
  std::vector<ListedFile> files;        ///< regular files that are left at the end, by path
  /// Databases that are there and were not read, a sentence each: of rpm, or too large.
  std::vector<std::string> unread;
  std::string stop;  ///< where the kernel stops unpacking; empty when it does not
};

/// A database of more is not read. Debian's status has 1 KiB for each package.
inline constexpr std::uint64_t largest_database = std::uint64_t{64} << 20;
inline constexpr std::uint64_t most_database_bytes = std::uint64_t{256} << 20;  ///< of all

/// Walks the ramdisks once. A database counts wherever its root lies: `var/lib/dpkg/status`,
/// `rootfs/var/lib/dpkg/status`. Memory as a listing's (initramfs/listing.hpp), and the databases.
/// Error{environment} for more entries than a listing holds.
[[nodiscard]] Inventory take_inventory(const initramfs::JoinedRamdisks& ramdisks);

}  // namespace reproduce::sbom

#pragma once

/// Everything in the ramdisks of an image, as a list to look things up in.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/initramfs/walk.hpp"

namespace reproduce::initramfs {

struct ListedEntry {
  cpio::NewcHeader header;
  std::string name;          ///< as it stands, without its NUL
  std::size_t stretch = 0;   ///< index into Walk::stretches
  std::uint64_t offset = 0;  ///< of the header, in the plain bytes of the stretch
  std::uint64_t archive = 0;
  std::string passed_over{};  ///< why the kernel passes over it; empty when it does not
  Sha256Digest sha256{};      ///< of the content; of nothing for what has none
  std::string target{};       ///< of a symbolic link
  /// The index of the later entry that replaces this one, having the same path.
  std::optional<std::size_t> replaced_by{};
};

/// The most that a list holds; what is beyond is walked and counted. Together with the
/// names, under 250 MB.
inline constexpr std::size_t most_listed_entries = 500'000;
inline constexpr std::uint64_t most_listed_name_bytes = std::uint64_t{64} << 20;

struct Listing {
  std::vector<ListedEntry> entries;  ///< in the order of the ramdisks
  std::uint64_t unlisted_entries = 0;
  Walk walk;
};

/// The path that an entry's name means from the root: without slashes in front, doubled or
/// behind, without `.` parts. "" is the root itself. Nothing when it has a `..` part, which the
/// kernel follows wherever it leads.
[[nodiscard]] std::optional<std::string> path_of(std::string_view name);

/// Lists everything; each content is hashed as it passes.
[[nodiscard]] Listing list(const JoinedRamdisks& ramdisks);

/// The entry that the kernel leaves at `path` (as path_of() gives it): the last that is not
/// passed over. Null when there is none.
[[nodiscard]] const ListedEntry* find(const Listing& listing, std::string_view path);

/// The entry that holds the bytes of `entry`, a regular file: itself, or of the files that the
/// kernel links with it (same archive, device and inode number, more than one link) the last
/// that has any.
[[nodiscard]] const ListedEntry& holder_of(const Listing& listing, const ListedEntry& entry);

/// What find() and then holder_of() would give, without a listing: walks all of the ramdisks, twice
/// for a file that has several names, and hashes nothing. `target` is set, `sha256` is not.
struct LookedUp {
  ListedEntry entry;   ///< at the path
  ListedEntry holder;  ///< with its bytes
};
[[nodiscard]] std::optional<LookedUp> look_up(const JoinedRamdisks& ramdisks,
                                              std::string_view path);

/// Walks to `entry` again, and no further, and hands its bytes to `out`. Throws Error{environment}
/// when the image changed meanwhile.
void read_entry(const JoinedRamdisks& ramdisks, const ListedEntry& entry, Sink& out);

}  // namespace reproduce::initramfs

#pragma once

/// What the Linux kernel finds in ramdisks: archives, plain or compressed, one after the other.
///
///     ramdisks = *( NUL / entries / compressed )     ; joined end to end
///     entries  = *( entry / NUL )                    ; each entry at a multiple of four bytes
///
/// An entry stands on its own: what is called an archive is the entries up to one named
/// TRAILER!!!, which ends nothing but the search for hard links. So entries after a trailer
/// count, of two entries with one path the later wins, and several archives make one tree.
/// At the first thing that makes no sense the kernel stops, and goes on to boot with what it
/// has unpacked so far.
///
/// Source: the Linux kernel's init/initramfs.c (6.12) and
/// Documentation/driver-api/early-userspace/buffer-format.rst.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/stream.hpp"
#include "reproduce/compression/decompress.hpp"
#include "reproduce/cpio/newc.hpp"
#include "reproduce/initramfs/joined.hpp"

namespace reproduce::initramfs {

enum class StretchKind {
  zeros,      ///< NULs outside of any archive
  entries,    ///< a plain archive or several, NULs around them included
  compressed  ///< one compressed stream, with a plain archive or several in it
};

/// A stretch of the joined ramdisks. Stretches follow each other without a gap, up to the stop.
struct Stretch {
  StretchKind kind = StretchKind::zeros;
  std::uint64_t offset = 0;  ///< in the joined ramdisks
  std::uint64_t size = 0;
  compression::Compression compression = compression::Compression::none;
  std::uint64_t plain_size = 0;  ///< decompressed; `size` for the others
  std::uint64_t entries = 0;     ///< trailers not counted
  std::uint64_t trailers = 0;
  bool ends_with_trailer = false;
};

/// An entry as it stands; nothing of it is judged but what is said here.
struct FoundEntry {
  cpio::NewcHeader header;
  std::string name;          ///< up to its first NUL; may hold anything else
  std::size_t stretch = 0;   ///< index of the stretch
  std::uint64_t offset = 0;  ///< of the header, in the plain bytes of the stretch
  std::uint64_t archive =
      0;                ///< counts the archives of all stretches: one more behind each trailer
  bool packed = false;  ///< in a compressed stream
  /// Why the kernel passes over this entry; empty when it does not.
  std::string passed_over{};
};

/// Called for every entry but trailers, in order. `content` gives the entry's bytes and is
/// valid during the call; what is left unread is passed over.
using OnEntry = std::function<void(const FoundEntry& entry, Source& content)>;

/// What made the walk stop before the end.
struct Stop {
  std::uint64_t offset = 0;  ///< in the joined ramdisks: of the byte, or of the compressed stream
  std::optional<std::uint64_t> plain_offset{};  ///< in what the stream decompresses to
  std::string what{};                           ///< may hold bytes of the ramdisk: escape to show
  /// Linux would have gone on; we cannot (a compression that we do not have).
  bool ours = false;
};

struct Walk {
  std::vector<Stretch> stretches;
  std::optional<Stop> stop;
};

/// No image has more; beyond, the walk stops.
inline constexpr std::size_t most_stretches = 4096;

/// The walk stops when the compressed streams together hold more: what expands to that is a
/// bomb, and a minute of work. Plain archives may be of any size.
inline constexpr std::uint64_t most_decompressed_bytes = std::uint64_t{8} << 30;

/// Walks everything. Memory: what a decompressor needs (compression/decompress.hpp); nothing
/// grows with the entries. Throws what `on_entry` and the image throw, but for Error{malformed},
/// which is a stop: damaged compressed data shows while a content is read.
[[nodiscard]] Walk walk(const JoinedRamdisks& ramdisks, const OnEntry& on_entry);

/// What a listener wants after an entry.
enum class Wish { go_on, enough };
using OnEntryUntil = std::function<Wish(const FoundEntry& entry, Source& content)>;

/// As walk(), until the listener has enough; then without the stretch of that entry, which was
/// not walked to its end, and without a stop.
[[nodiscard]] Walk walk_until(const JoinedRamdisks& ramdisks, const OnEntryUntil& on_entry);

}  // namespace reproduce::initramfs

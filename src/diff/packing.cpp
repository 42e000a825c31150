#include "packing.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bytes.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/compression/decompress.hpp"

namespace reproduce::diff {
namespace {

using initramfs::Stretch;
using initramfs::StretchKind;

std::vector<const Stretch*> streams_of(const Packed& side) {
  std::vector<const Stretch*> out;
  for (const Stretch& stretch : side.list.walk.stretches)
    if (stretch.kind != StretchKind::zeros &&
        side.ramdisks.place_of(stretch.offset).ramdisk == side.ramdisk)
      out.push_back(&stretch);
  return out;
}

std::string kind_words(const Stretch& stretch) {
  return stretch.kind == StretchKind::compressed
             ? std::string(compression::name_of(stretch.compression))
             : "plain cpio";
}

std::string kinds_words(const std::vector<const Stretch*>& streams) {
  std::string words;
  for (const Stretch* stream : streams) words += (words.empty() ? "" : ", ") + kind_words(*stream);
  return words.empty() ? "nothing" : words;
}

std::string trailers_words(const std::vector<const Stretch*>& streams) {
  std::uint64_t trailers = 0;
  for (const Stretch* stream : streams) trailers += stream->trailers;
  return counted(trailers, "trailer");
}

/// The header of a gzip member, RFC 1952, section 2.3.
struct GzipHeader {
  std::uint8_t flags = 0;
  std::uint32_t time = 0;  ///< seconds since 1970; 0: none
  std::uint8_t extra = 0;  ///< XFL: 2 for the slowest level, 4 for the fastest
  std::uint8_t system = 0;
  std::string name{};
};

GzipHeader gzip_header_at(const initramfs::JoinedRamdisks& ramdisks, std::uint64_t offset) {
  constexpr std::size_t longest_name = 256;
  constexpr std::size_t fixed = 10;
  constexpr std::uint8_t has_extra = 4;
  constexpr std::uint8_t has_name = 8;
  const Bytes front =
      read_front(Slice(ramdisks, offset, fixed + longest_name), fixed + longest_name);
  if (front.size() < fixed) return {};
  GzipHeader header{.flags = front[3], .extra = front[8], .system = front[9]};
  for (std::size_t i = 8; i-- != 4;) header.time = header.time << 8 | front[i];
  if ((header.flags & (has_extra | has_name)) == has_name) {
    const std::string_view rest = as_text(front).substr(fixed);
    header.name = rest.substr(0, rest.find('\0'));
  }
  return header;
}

std::string level_words(std::uint8_t extra) {
  if (extra == 2) return "slowest level";
  if (extra == 4) return "fastest level";
  return extra == 0 ? "no level stated" : "XFL " + std::to_string(extra);
}

void compare_gzip(const GzipHeader& one, const GzipHeader& other, std::vector<Difference>& out) {
  const auto add = [&](const char* what, const char* where, const std::string& before,
                       const std::string& after) {
    if (before != after)
      out.push_back({.what = what,
                     .where = where,
                     .words = before + " -> " + after,
                     .before = before,
                     .after = after});
  };
  const auto time = [](std::uint32_t seconds) {
    return seconds == 0 ? std::string("none") : format_utc(seconds);
  };
  add("gzip-time", "gzip header's time", time(one.time), time(other.time));
  add("gzip-name", "gzip header's file name", quote(one.name), quote(other.name));
  add("gzip-level", "gzip header's level", level_words(one.extra), level_words(other.extra));
  add("gzip-system", "gzip header's operating system", std::to_string(one.system),
      std::to_string(other.system));
  if (one.name == other.name)
    add("gzip-flags", "gzip header's flags", std::to_string(one.flags),
        std::to_string(other.flags));
}

std::string stop_words(const Packed& side) {
  const auto& stop = side.list.walk.stop;
  if (!stop || side.ramdisks.place_of(stop->offset).ramdisk != side.ramdisk) return "nowhere";
  return "at byte " + std::to_string(side.ramdisks.place_of(stop->offset).offset) + " (" +
         printable(stop->what) + ")";
}

/// The field of a newc header at `offset` in it.
std::string_view field_at(std::uint64_t offset) {
  constexpr std::string_view names[] = {
      "inode number",  "mode",      "owner",        "group",        "link count",
      "time",          "size",      "device major", "device minor", "rdevice major",
      "rdevice minor", "name size", "checksum"};
  if (offset < 6) return "magic";
  return names[std::min<std::uint64_t>((offset - 6) / 8, std::size(names) - 1)];
}

/// The entry of `stretch` that begins at or before `offset` of its plain bytes.
const Entry* entry_at(const EntryList& list, std::size_t stretch, std::uint64_t offset) {
  const auto behind = std::upper_bound(
      list.entries.begin(), list.entries.end(), std::pair(stretch, offset),
      [](const std::pair<std::size_t, std::uint64_t>& place, const Entry& entry) {
        return place < std::pair<std::size_t, std::uint64_t>(entry.stretch, entry.offset);
      });
  if (behind == list.entries.begin()) return nullptr;
  const Entry& entry = *(behind - 1);
  return entry.stretch == stretch ? &entry : nullptr;
}

/// What lies at `offset` of a stretch's plain bytes.
Difference name_place(const EntryList& list, std::size_t stretch, std::uint64_t offset) {
  const Entry* const entry = entry_at(list, stretch, offset);
  if (entry == nullptr) return {.what = "padding", .where = "zeros before the first entry"};
  const std::string path = quote("/" + entry->path);
  const std::uint64_t at = offset - entry->offset;
  if (at < cpio::newc_header_size) {
    const std::string field(field_at(at));
    return {.what = "header-digits", .where = field + " in the header of " + path};
  }
  const std::uint64_t name_end = cpio::newc_header_size + std::uint64_t{entry->header.name_size};
  const std::uint64_t content = name_end + cpio::padding_after(name_end, cpio::newc_alignment);
  if (at < name_end) return {.what = "name-bytes", .where = "name of " + path};
  if (at < content) return {.what = "padding", .where = "padding behind the name of " + path};
  const std::uint64_t size = entry->header.content_size;
  if (at < content + size) return {.what = "bytes", .where = "content of " + path};
  const std::uint64_t end = content + size + cpio::padding_after(size, cpio::newc_alignment);
  if (at < end) return {.what = "padding", .where = "padding behind the content of " + path};
  // 110 bytes, the name with its NUL, and the padding of both.
  constexpr std::uint64_t trailer_size = 124;
  if (list.walk.stretches[stretch].trailers != 0 && at < end + trailer_size)
    return {.what = "trailer", .where = "trailer behind " + path};
  return {.what = "padding", .where = "zeros behind the last entry, " + path};
}

std::string sizes_words(std::uint64_t before, std::uint64_t after) {
  if (before == after) return "the same size";
  return counted(before > after ? before - after : after - before, "byte") +
         (after > before ? " more" : " fewer");
}

/// The first byte that differs in what two streams unpack to.
std::optional<std::uint64_t> first_plain_difference(const Packed& before, std::uint64_t one,
                                                    const Packed& after, std::uint64_t other) {
  RangeSource first(before.ramdisks, one, before.ramdisks.size() - one);
  RangeSource second(after.ramdisks, other, after.ramdisks.size() - other);
  constexpr auto extent = compression::Extent::first_stream;
  compression::Decompressor plain(first, extent, compression::Repertoire::ramdisks);
  compression::Decompressor counterpart(second, extent, compression::Repertoire::ramdisks);
  return first_difference(plain, counterpart);
}

std::size_t stretch_at(const EntryList& list, std::uint64_t offset) {
  const std::vector<Stretch>& stretches = list.walk.stretches;
  const auto behind = std::upper_bound(
      stretches.begin(), stretches.end(), offset,
      [](std::uint64_t place, const Stretch& stretch) { return place < stretch.offset; });
  return behind == stretches.begin() ? 0 : static_cast<std::size_t>(behind - stretches.begin()) - 1;
}

Difference packed_difference(const Packed& before, const Packed& after, std::size_t one,
                             std::size_t other) {
  const Stretch& first = before.list.walk.stretches[one];
  const Stretch& second = after.list.walk.stretches[other];
  try {
    const std::optional<std::uint64_t> offset =
        first_plain_difference(before, first.offset, after, second.offset);
    if (offset) {
      Difference found = name_place(before.list, one, *offset);
      found.words = "differs, at byte " + std::to_string(*offset) + " of what is unpacked; " +
                    sizes_words(first.plain_size, second.plain_size);
      return found;
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return {.what = "bytes",
            .where = "compressed data",
            .words = "differs and is damaged: " + printable(error.what())};
  }
  return {.what = "compression-parameters",
          .where = std::string(compression::name_of(first.compression)),
          .words = "the same plain bytes, compressed otherwise: " + counted(first.size, "byte") +
                   " -> " + std::to_string(second.size),
          .before = std::to_string(first.size),
          .after = std::to_string(second.size)};
}

}  // namespace

std::vector<Difference> stream_differences(const Packed& before, const Packed& after) {
  std::vector<Difference> out;
  const std::vector<const Stretch*> ones = streams_of(before);
  const std::vector<const Stretch*> others = streams_of(after);
  const auto add = [&](const char* what, const char* where, const std::string& first,
                       const std::string& second) {
    if (first != second)
      out.push_back({.what = what,
                     .where = where,
                     .words = first + " -> " + second,
                     .before = first,
                     .after = second});
  };
  add("compression", "compression", kinds_words(ones), kinds_words(others));
  if (out.empty()) {
    add("trailers", "archives", trailers_words(ones), trailers_words(others));
    for (std::size_t i = 0; i < ones.size(); ++i)
      if (ones[i]->kind == StretchKind::compressed &&
          ones[i]->compression == compression::Compression::gzip)
        compare_gzip(gzip_header_at(before.ramdisks, ones[i]->offset),
                     gzip_header_at(after.ramdisks, others[i]->offset), out);
  }
  add("stop", "place where the kernel stops", stop_words(before), stop_words(after));
  return out;
}

std::vector<Difference> framing_differences(const Packed& before, const Packed& after,
                                            std::uint64_t offset) {
  const std::uint64_t one = before.start + offset;
  const std::uint64_t other = after.start + offset;
  const auto& stop = before.list.walk.stop;
  if (before.list.walk.stretches.empty() || after.list.walk.stretches.empty() ||
      (stop && one >= stop->offset))
    return {{.what = "unread-bytes",
             .where = "bytes that the kernel does not read",
             .words = "differ, from byte " + std::to_string(offset) + " of the ramdisk on"}};
  const std::size_t index = stretch_at(before.list, one);
  const std::size_t counterpart = stretch_at(after.list, other);
  const Stretch& stretch = before.list.walk.stretches[index];
  if (stretch.kind == StretchKind::compressed &&
      after.list.walk.stretches[counterpart].kind == StretchKind::compressed)
    return {packed_difference(before, after, index, counterpart)};
  const Slice first(before.ramdisks, before.start, before.size);
  const Slice second(after.ramdisks, after.start, after.size);
  if (stretch.kind == StretchKind::zeros || offset >= first.size())
    return {{.what = "padding",
             .where = "zeros around the archives",
             .words = sizes_words(first.size(), second.size())}};
  Difference found = name_place(before.list, index, one - stretch.offset);
  std::array<std::uint8_t, 1> old_byte{};
  std::array<std::uint8_t, 1> new_byte{};
  (void)first.read_at(offset, old_byte);
  (void)second.read_at(offset, new_byte);
  found.words = "differs, at byte " + std::to_string(offset) + " of the ramdisk (" +
                std::to_string(old_byte[0]) + " -> " + std::to_string(new_byte[0]) + "); " +
                sizes_words(first.size(), second.size());
  if (found.what == "header-digits") found.words += "; the digits have another case";
  return {found};
}

}  // namespace reproduce::diff

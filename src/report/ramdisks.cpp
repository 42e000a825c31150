#include "reproduce/report/ramdisks.hpp"

#include <array>
#include <cstdio>
#include <map>

#include "ramdisk_words.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using initramfs::ListedEntry;
using initramfs::Listing;
using initramfs::Stretch;

std::string stretch_line(const Stretch& stretch, const initramfs::Place& place) {
  std::array<char, 96> front{};
  (void)std::snprintf(front.data(), front.size(), "  ramdisk %-3zu %#12llx  %12llu  ",
                      place.ramdisk, static_cast<unsigned long long>(place.offset),
                      static_cast<unsigned long long>(stretch.size));
  std::string line = front.data() + words(stretch);
  if (stretch.kind == initramfs::StretchKind::zeros) return line + "\n";
  line += ", " + std::to_string(stretch.entries) + (stretch.entries == 1 ? " entry" : " entries");
  if (stretch.trailers > 1) line += " in " + counted(stretch.trailers, "archive");
  if (!stretch.ends_with_trailer) line += ", NO TRAILER at the end";
  if (stretch.kind == initramfs::StretchKind::compressed)
    line += ", " + counted(stretch.plain_size, "byte") + " unpacked";
  return line + "\n";
}

/// How many entries have each oddity, by its words.
std::string oddities_text(const Listing& listing) {
  std::map<std::string, std::uint64_t> counts;
  for (const ListedEntry& entry : listing.entries)
    for (const std::string& oddity : oddities(entry)) ++counts[oddity];
  std::string text;
  for (const auto& [oddity, count] : counts)
    text += "  odd: " + std::to_string(count) + " x " + oddity + "\n";
  return text;
}

std::string type_and_mode(std::uint32_t mode) {
  std::string text(1, type_letter(mode));
  constexpr std::string_view letters = "rwxrwxrwx";
  for (std::size_t bit = 0; bit < letters.size(); ++bit)
    text += (mode & (0400U >> bit)) != 0 ? letters[bit] : '-';
  const auto special = [&](std::uint32_t bit, std::size_t at, char with_x, char without) {
    if ((mode & bit) != 0) text[at] = text[at] == 'x' ? with_x : without;
  };
  special(04000, 3, 's', 'S');
  special(02000, 6, 's', 'S');
  special(01000, 9, 't', 'T');
  return text;
}

std::string size_or_device(const cpio::NewcHeader& header) {
  const std::uint32_t type = header.type();
  if (type == cpio::type_character_device || type == cpio::type_block_device)
    return std::to_string(header.rdevice_major) + "," + std::to_string(header.rdevice_minor);
  return std::to_string(header.content_size);
}

std::string entry_line(const ListedEntry& entry, bool whole_digests) {
  const cpio::NewcHeader& header = entry.header;
  const bool regular = header.type() == cpio::type_regular;
  const std::size_t digits = whole_digests ? 64 : 12;
  std::string digest = regular ? to_hex(entry.sha256).substr(0, digits) : std::string();
  digest.resize(digits, ' ');
  std::array<char, 96> numbers{};
  (void)std::snprintf(numbers.data(), numbers.size(), " %7s %10s ",
                      (std::to_string(header.uid) + ":" + std::to_string(header.gid)).c_str(),
                      size_or_device(header).c_str());
  std::string line =
      type_and_mode(header.mode) + numbers.data() + digest + " " + printable(entry.name);
  if (!entry.target.empty()) line += " -> " + printable(entry.target);
  const std::vector<std::string> odd = oddities(entry);
  for (const std::string& oddity : odd) line += (&oddity == &odd.front() ? "  [" : ", ") + oddity;
  return line + (odd.empty() ? "\n" : "]\n");
}

}  // namespace

std::string ramdisks_text(const Listing& listing, const initramfs::JoinedRamdisks& ramdisks) {
  std::string text;
  for (const Stretch& stretch : listing.walk.stretches)
    text += stretch_line(stretch, ramdisks.place_of(stretch.offset));
  if (listing.walk.stop) text += "  " + words(*listing.walk.stop, ramdisks) + "\n";
  return text + oddities_text(listing);
}

std::string tree_text(const Listing& listing, bool whole_digests) {
  std::string text;
  for (const ListedEntry& entry : listing.entries) text += entry_line(entry, whole_digests);
  if (listing.unlisted_entries != 0)
    text += "and " + std::to_string(listing.unlisted_entries) + " more, too many to list\n";
  return text;
}

}  // namespace reproduce::report

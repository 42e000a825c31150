#include "ramdisk_words.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

struct TypeWords {
  std::uint32_t type;
  char letter;
  std::string_view name;
};
constexpr TypeWords types[] = {
    {cpio::type_directory, 'd', "directory"}, {cpio::type_regular, '-', "regular"},
    {cpio::type_symlink, 'l', "symlink"},     {cpio::type_character_device, 'c', "character"},
    {cpio::type_block_device, 'b', "block"},  {cpio::type_fifo, 'p', "fifo"},
    {cpio::type_socket, 's', "socket"},
};

const TypeWords* words_of(std::uint32_t mode) noexcept {
  for (const TypeWords& words : types)
    if (words.type == (mode & cpio::type_mask)) return &words;
  return nullptr;
}

}  // namespace

std::string words(const initramfs::Stretch& stretch) {
  switch (stretch.kind) {
    case initramfs::StretchKind::zeros:
      return "NULs";
    case initramfs::StretchKind::entries:
      return "cpio";
    case initramfs::StretchKind::compressed:
      return std::string(compression::name_of(stretch.compression));
  }
  return {};
}

std::string words(const initramfs::Stop& stop, const initramfs::JoinedRamdisks& ramdisks) {
  const initramfs::Place place = ramdisks.place_of(stop.offset);
  std::string text = stop.ours ? "NOT READ FURTHER" : "THE KERNEL STOPS";
  text += " at " + hex_number(place.offset) + " of ramdisk " + std::to_string(place.ramdisk);
  if (stop.plain_offset) text += ", " + hex_number(*stop.plain_offset) + " of what it unpacks to";
  return text + ": " + printable(stop.what);
}

char type_letter(std::uint32_t mode) noexcept {
  const TypeWords* const found = words_of(mode);
  return found == nullptr ? '?' : found->letter;
}

std::string_view type_name(std::uint32_t mode) noexcept {
  const TypeWords* const found = words_of(mode);
  return found == nullptr ? "unknown" : found->name;
}

std::vector<std::string> oddities(const initramfs::ListedEntry& entry) {
  std::vector<std::string> odd;
  if (!entry.passed_over.empty()) odd.push_back("passed over by the kernel: " + entry.passed_over);
  if (entry.replaced_by) odd.emplace_back("replaced by a later entry with this path");
  if (!initramfs::path_of(entry.name)) odd.emplace_back("a `..` in the name");
  if (entry.name.starts_with('/')) odd.emplace_back("a name that starts at the root");
  if (words_of(entry.header.mode) == nullptr) odd.emplace_back("no known type");
  return odd;
}

}  // namespace reproduce::report

#include "reproduce/cpio/entry_type.hpp"

#include "reproduce/cpio/newc.hpp"

namespace reproduce::cpio {

using tree::EntryType;

std::uint32_t type_bits(EntryType type) noexcept {
  switch (type) {
    case EntryType::directory:
      return type_directory;
    case EntryType::regular:
      return type_regular;
    case EntryType::symlink:
      return type_symlink;
    case EntryType::character_device:
      return type_character_device;
    case EntryType::block_device:
      return type_block_device;
    case EntryType::fifo:
      return type_fifo;
    case EntryType::socket:
      return type_socket;
  }
  return 0;
}

std::optional<EntryType> entry_type(std::uint32_t mode) noexcept {
  constexpr EntryType types[] = {
      EntryType::directory,    EntryType::regular, EntryType::symlink, EntryType::character_device,
      EntryType::block_device, EntryType::fifo,    EntryType::socket};
  for (const EntryType type : types)
    if (type_bits(type) == (mode & type_mask)) return type;
  return std::nullopt;
}

}  // namespace reproduce::cpio

#pragma once

/// The header of one entry in a "newc" cpio archive, the form of an initramfs.

#include <array>
#include <cstdint>

#include "reproduce/base/bytes.hpp"

namespace reproduce::cpio {

/// The file type bits of `mode`, as stat(2) has them.
inline constexpr std::uint32_t type_mask = 0170000;
inline constexpr std::uint32_t type_socket = 0140000;
inline constexpr std::uint32_t type_symlink = 0120000;
inline constexpr std::uint32_t type_regular = 0100000;
inline constexpr std::uint32_t type_block_device = 0060000;
inline constexpr std::uint32_t type_directory = 0040000;
inline constexpr std::uint32_t type_character_device = 0020000;
inline constexpr std::uint32_t type_fifo = 0010000;

/// 110 bytes of ASCII: the magic, then thirteen numbers of eight hexadecimal
/// digits each.
///
///     offset  field        offset  field
///          0  magic            54  file size
///          6  inode            62  device major
///         14  mode             70  device minor
///         22  uid              78  rdevice major
///         30  gid              86  rdevice minor
///         38  nlink            94  name size, its NUL included
///         46  mtime           102  check: 0 for magic 070701, sum of the bytes for 070702
///
/// The name follows and is padded with NULs until header and name are a multiple
/// of four bytes; then the content, padded to a multiple of four.
///
/// Source: the Linux kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
struct NewcHeader {
  std::uint32_t inode = 0;
  std::uint32_t mode = 0;  ///< file type and permission bits, as in stat(2)
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t link_count = 1;
  std::uint32_t mtime = 0;  ///< seconds since 1970
  std::uint32_t content_size = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::uint32_t rdevice_major = 0;
  std::uint32_t rdevice_minor = 0;
  std::uint32_t name_size = 0;
  std::uint32_t check = 0;
  bool checksummed = false;  ///< magic 070702

  /// The bits of `mode` that say what kind of file it is; they may be of no kind.
  [[nodiscard]] constexpr std::uint32_t type() const noexcept { return mode & type_mask; }

  bool operator==(const NewcHeader&) const = default;
};

inline constexpr std::size_t newc_header_size = 110;

/// Names, contents and the trailer's end lie on multiples of this.
inline constexpr std::size_t newc_alignment = 4;

/// The name of the entry that ends an archive.
inline constexpr std::string_view trailer_name = "TRAILER!!!";

/// How many NULs bring `size` bytes to a multiple of `alignment`.
[[nodiscard]] constexpr std::uint64_t padding_after(std::uint64_t size,
                                                    std::uint64_t alignment) noexcept {
  return (alignment - size % alignment) % alignment;
}

/// Upper-case digits, as GNU cpio and the kernel's gen_init_cpio write them.
[[nodiscard]] std::array<std::uint8_t, newc_header_size> encode_newc_header(
    const NewcHeader& header);

/// Reads a header from the first newc_header_size bytes of `bytes`, which start
/// at `offset` of their file. Throws Error{malformed} for too few bytes, another
/// magic (the older cpio forms are named), and any character that is no
/// hexadecimal digit. The numbers themselves are not judged.
[[nodiscard]] NewcHeader decode_newc_header(ByteView bytes, std::uint64_t offset);

}  // namespace reproduce::cpio

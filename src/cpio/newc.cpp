#include "reproduce/cpio/newc.hpp"

#include <algorithm>
#include <string>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::cpio {
namespace {

constexpr std::size_t magic_size = 6;
constexpr std::size_t digits_per_field = 8;
constexpr std::string_view plain_magic = "070701";
constexpr std::string_view checksummed_magic = "070702";

using Field = std::uint32_t NewcHeader::*;

/// The numbers in the order in which they lie in the header.
struct NamedField {
  Field field;
  std::string_view name;
};
constexpr NamedField fields[] = {
    {&NewcHeader::inode, "inode number"},
    {&NewcHeader::mode, "mode"},
    {&NewcHeader::uid, "uid"},
    {&NewcHeader::gid, "gid"},
    {&NewcHeader::link_count, "link count"},
    {&NewcHeader::mtime, "modification time"},
    {&NewcHeader::content_size, "file size"},
    {&NewcHeader::device_major, "device major number"},
    {&NewcHeader::device_minor, "device minor number"},
    {&NewcHeader::rdevice_major, "rdevice major number"},
    {&NewcHeader::rdevice_minor, "rdevice minor number"},
    {&NewcHeader::name_size, "name size"},
    {&NewcHeader::check, "check"},
};
static_assert(magic_size + std::size(fields) * digits_per_field == newc_header_size);

int digit_value(std::uint8_t digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

std::uint32_t decode_field(ByteReader& in, std::string_view name) {
  const std::uint64_t offset = in.offset();
  const ByteView digits = in.take(digits_per_field, name);
  std::uint32_t value = 0;
  for (const std::uint8_t digit : digits) {
    const int nibble = digit_value(digit);
    if (nibble < 0)
      throw Error(ErrorKind::malformed, "a number of a cpio header is not hexadecimal",
                  {.offset = offset,
                   .where = std::string(name),
                   .expected = "8 hexadecimal digits",
                   .got = quote(as_text(digits))});
    value = value << 4 | static_cast<std::uint32_t>(nibble);
  }
  return value;
}

[[noreturn]] void refuse_magic(ByteView magic, std::uint64_t offset) {
  const bool portable = as_text(magic) == "070707";
  const bool binary =
      (magic[0] == 0x71 && magic[1] == 0xc7) || (magic[0] == 0xc7 && magic[1] == 0x71);
  throw Error(
      ErrorKind::malformed,
      portable || binary ? "the archive is a cpio of an old form" : "no cpio header here",
      {.offset = offset,
       .expected = "magic '070701' or '070702'",
       .got = quote(as_text(magic)),
       .hint = portable || binary ? "write it again with `cpio -H newc`, the form of an initramfs"
                                  : std::string()});
}

}  // namespace

std::array<std::uint8_t, newc_header_size> encode_newc_header(const NewcHeader& header) {
  std::array<std::uint8_t, newc_header_size> encoded{};
  const std::string_view magic = header.checksummed ? checksummed_magic : plain_magic;
  auto out = std::copy(magic.begin(), magic.end(), encoded.begin());
  for (const auto& [field, name] : fields) {
    const std::uint32_t value = header.*field;
    for (unsigned shift = 32; shift != 0;) {
      shift -= 4;
      *out++ = static_cast<std::uint8_t>("0123456789ABCDEF"[value >> shift & 0xfU]);
    }
  }
  return encoded;
}

NewcHeader decode_newc_header(ByteView bytes, std::uint64_t offset) {
  ByteReader in(bytes, offset);
  NewcHeader header;
  const ByteView magic = in.take(magic_size, "magic of a cpio header");
  header.checksummed = as_text(magic) == checksummed_magic;
  if (!header.checksummed && as_text(magic) != plain_magic) refuse_magic(magic, offset);
  for (const auto& [field, name] : fields) header.*field = decode_field(in, name);
  return header;
}

}  // namespace reproduce::cpio

#include "elf.hpp"

#include <algorithm>
#include <concepts>
#include <optional>
#include <string_view>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce::lint {
namespace {

constexpr std::size_t header_size = 64;
constexpr std::size_t program_header_size = 56;
constexpr std::size_t most_program_headers = 64;
constexpr std::size_t dynamic_entry_size = 16;
constexpr std::size_t largest_dynamic_section = std::size_t{64} << 10;
constexpr std::size_t longest_folders = 4096;

constexpr std::uint32_t type_load = 1;
constexpr std::uint32_t type_dynamic = 2;

constexpr std::uint64_t tag_end = 0;
constexpr std::uint64_t tag_string_table = 5;
constexpr std::uint64_t tag_string_table_size = 10;
constexpr std::uint64_t tag_rpath = 15;
constexpr std::uint64_t tag_runpath = 29;

/// ByteReader's numbers are big-endian.
template <std::unsigned_integral T>
T read_little(ByteReader& in, std::string_view field) {
  const ByteView bytes = in.take(sizeof(T), field);
  T value = 0;
  for (std::size_t i = sizeof(T); i > 0; --i)
    value = static_cast<T>((std::uint64_t{value} << 8) | bytes[i - 1]);
  return value;
}

struct Segment {
  std::uint32_t type = 0;
  std::uint64_t offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
};

struct ProgramHeaders {
  std::uint64_t offset = 0;
  std::uint16_t count = 0;
};

std::optional<ProgramHeaders> read_header(ByteView bytes) {
  constexpr std::string_view magic_64_little{
      "\x7f"
      "ELF\x02\x01",
      6};
  if (!as_text(bytes).starts_with(magic_64_little)) return std::nullopt;
  ByteReader in(bytes);
  (void)in.take(32, "identification, type, machine, version, entry");
  ProgramHeaders headers{.offset = read_little<std::uint64_t>(in, "program header offset")};
  (void)in.take(14, "section header offset, flags, header size");
  const auto size = read_little<std::uint16_t>(in, "program header size");
  headers.count = read_little<std::uint16_t>(in, "program header count");
  if (size != program_header_size || headers.count > most_program_headers) return std::nullopt;
  return headers;
}

std::vector<Segment> read_segments(ByteView bytes, std::uint16_t count) {
  std::vector<Segment> segments;
  ByteReader in(bytes);
  for (std::uint16_t i = 0; i < count; ++i) {
    Segment segment{.type = read_little<std::uint32_t>(in, "segment type")};
    (void)in.take(4, "segment flags");
    segment.offset = read_little<std::uint64_t>(in, "segment offset");
    segment.address = read_little<std::uint64_t>(in, "segment address");
    (void)in.take(8, "physical address");
    segment.file_size = read_little<std::uint64_t>(in, "segment size");
    (void)in.take(16, "memory size, alignment");
    segments.push_back(segment);
  }
  return segments;
}

struct Dynamic {
  std::uint64_t strings = 0;  ///< address of the string table
  std::uint64_t strings_size = 0;
  std::vector<std::uint64_t> folders{};  ///< places in it
};

Dynamic read_dynamic(ByteView bytes) {
  Dynamic dynamic;
  ByteReader in(bytes);
  while (in.remaining() >= dynamic_entry_size) {
    const auto tag = read_little<std::uint64_t>(in, "tag");
    const auto value = read_little<std::uint64_t>(in, "value");
    if (tag == tag_end) break;
    if (tag == tag_string_table) dynamic.strings = value;
    if (tag == tag_string_table_size) dynamic.strings_size = value;
    // One of each is all that a loader reads.
    if ((tag == tag_rpath || tag == tag_runpath) && dynamic.folders.size() < 2)
      dynamic.folders.push_back(value);
  }
  return dynamic;
}

/// Where in the file an address of the loaded program comes from, and how much follows.
std::optional<Segment> part_at(const std::vector<Segment>& segments, std::uint64_t address) {
  for (const Segment& segment : segments) {
    if (segment.type != type_load || address < segment.address) continue;
    const std::uint64_t within = address - segment.address;
    if (within >= segment.file_size || segment.offset > UINT64_MAX - within) continue;
    return Segment{.type = type_load,
                   .offset = segment.offset + within,
                   .address = address,
                   .file_size = segment.file_size - within};
  }
  return std::nullopt;
}

void split_folders(std::string_view text, std::vector<std::string>& folders) {
  while (!text.empty()) {
    const std::string_view folder = text.substr(0, text.find(':'));
    if (!folder.empty()) folders.emplace_back(folder);
    text.remove_prefix(std::min(text.size(), folder.size() + 1));
  }
}

std::vector<std::string> read_folders(PieceReader& file) {
  const auto headers = read_header(file.read(0, header_size));
  if (!headers) return {};
  const auto segments = read_segments(
      file.read(headers->offset, headers->count * program_header_size), headers->count);
  const auto found = std::find_if(segments.begin(), segments.end(), [](const Segment& segment) {
    return segment.type == type_dynamic;
  });
  if (found == segments.end()) return {};
  const auto dynamic_size =
      static_cast<std::size_t>(std::min<std::uint64_t>(found->file_size, largest_dynamic_section));
  const Dynamic dynamic = read_dynamic(file.read(found->offset, dynamic_size));
  const auto strings = part_at(segments, dynamic.strings);
  std::vector<std::string> folders;
  if (!strings) return folders;
  const std::uint64_t strings_size = std::min(strings->file_size, dynamic.strings_size);
  for (const std::uint64_t place : dynamic.folders) {
    if (place >= strings_size || strings->offset > UINT64_MAX - place) continue;
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(strings_size - place, longest_folders));
    const Bytes bytes = file.read(strings->offset + place, size);
    const std::string_view text = as_text(bytes);
    // Without its NUL it is cut short or longer than any path.
    if (const std::size_t end = text.find('\0'); end != std::string_view::npos)
      split_folders(text.substr(0, end), folders);
  }
  return folders;
}

}  // namespace

std::vector<std::string> library_folders(PieceReader& file) {
  try {
    return read_folders(file);
  } catch (const Error& error) {
    // ByteReader's word for a table that is cut short; all else is trouble with the file itself.
    if (error.kind() != ErrorKind::malformed) throw;
    return {};
  }
}

}  // namespace reproduce::lint

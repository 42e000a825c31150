#include "elf_file.hpp"

#include <algorithm>
#include <string_view>

#include "number_reader.hpp"

#include "reproduce/base/checked.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::content {
namespace {

constexpr std::uint64_t most_sections = 10'000;
constexpr std::uint64_t largest_table = std::uint64_t{1} << 20;
constexpr std::size_t longest_name = 256;

constexpr std::uint32_t type_no_bits = 8;
constexpr std::uint32_t type_null = 0;

/// A number of the size that addresses have in the file.
std::uint64_t read_word(NumberReader& in, bool is_64, std::string_view field) {
  return is_64 ? in.read<std::uint64_t>(field) : in.read<std::uint32_t>(field);
}

struct Table {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
  std::uint64_t names = 0;  ///< which section has the names
};

/// The name is filled in later.
struct RawSection {
  std::uint32_t name = 0;
  ElfSection section;
};

RawSection read_section(NumberReader& in, bool is_64) {
  RawSection raw{.name = in.read<std::uint32_t>("section name"), .section = {}};
  raw.section.type = in.read<std::uint32_t>("section type");
  raw.section.flags = read_word(in, is_64, "section flags");
  (void)read_word(in, is_64, "section address");
  raw.section.bytes.offset = read_word(in, is_64, "section offset");
  raw.section.bytes.size = read_word(in, is_64, "section size");
  raw.section.link = in.read<std::uint32_t>("section link");
  (void)in.read<std::uint32_t>("section information");
  (void)read_word(in, is_64, "section alignment");
  (void)read_word(in, is_64, "section entry size");
  return raw;
}

std::uint64_t section_header_size(bool is_64) {
  return is_64 ? 64 : 40;
}

/// Fills in the fields of `elf` that stand in the header.
std::optional<Table> read_header(ByteView bytes, ElfFile& elf) {
  constexpr std::string_view magic{
      "\x7f"
      "ELF"};
  constexpr std::size_t class_at = 4;
  constexpr std::size_t order_at = 5;
  constexpr std::uint64_t identification_size = 16;
  if (bytes.size() < identification_size || !as_text(bytes).starts_with(magic) ||
      bytes[class_at] < 1 || bytes[class_at] > 2 || bytes[order_at] < 1 || bytes[order_at] > 2)
    return std::nullopt;
  elf.is_64 = bytes[class_at] == 2;
  elf.lowest_first = bytes[order_at] == 1;
  NumberReader in(bytes, elf.lowest_first);
  (void)in.take(identification_size, "identification");
  elf.type = in.read<std::uint16_t>("type");
  elf.machine = in.read<std::uint16_t>("machine");
  (void)in.read<std::uint32_t>("version");
  (void)read_word(in, elf.is_64, "entry");
  (void)read_word(in, elf.is_64, "program header offset");
  Table table{.offset = read_word(in, elf.is_64, "section header offset")};
  (void)in.take(10, "flags, header size, program headers");
  const auto size = in.read<std::uint16_t>("section header size");
  table.count = in.read<std::uint16_t>("section count");
  table.names = in.read<std::uint16_t>("section of names");
  if (table.offset == 0) return std::nullopt;
  if (size != section_header_size(elf.is_64))
    throw Error(ErrorKind::malformed, "the ELF section headers have an unknown size");
  return table;
}

/// Numbers that do not fit into the header stand in the first section.
void complete(const RandomAccess& file, const ElfFile& elf, Table& table, Allowance& allowance) {
  constexpr std::uint64_t elsewhere = 0xffff;
  if (table.count != 0 && table.names != elsewhere) return;
  const Bytes bytes = read_range(file, table.offset, section_header_size(elf.is_64), allowance);
  NumberReader in(bytes, elf.lowest_first);
  const RawSection first = read_section(in, elf.is_64);
  if (table.count == 0) table.count = first.section.bytes.size;
  if (table.names == elsewhere) table.names = first.section.link;
}

std::string string_at(ByteView table, std::uint64_t place) {
  if (place >= table.size()) return "";
  const std::string_view rest = as_text(table).substr(static_cast<std::size_t>(place));
  return std::string(rest.substr(0, std::min(rest.find('\0'), longest_name)));
}

void require_within(const RandomAccess& file, const ElfSection& section) {
  const std::uint64_t end =
      checked_add(section.bytes.offset, section.bytes.size, "the end of a section");
  if (end > file.size())
    throw Error(ErrorKind::malformed, "an ELF section runs past the end of the file");
}

const ElfSection* section_named(const ElfFile& elf, std::string_view name) {
  const auto found = std::find_if(elf.sections.begin(), elf.sections.end(),
                                  [&](const ElfSection& section) { return section.name == name; });
  return found == elf.sections.end() ? nullptr : &*found;
}

std::string_view name_of_tag(std::uint64_t tag) {
  constexpr std::uint64_t needed = 1;
  constexpr std::uint64_t soname = 14;
  constexpr std::uint64_t rpath = 15;
  constexpr std::uint64_t runpath = 29;
  if (tag == needed) return "NEEDED ";
  if (tag == soname) return "SONAME ";
  if (tag == rpath) return "RPATH ";
  if (tag == runpath) return "RUNPATH ";
  return "";
}

}  // namespace

std::optional<ElfFile> read_elf(const RandomAccess& file, Allowance& allowance) {
  constexpr std::uint64_t header_size = 64;
  ElfFile elf;
  const Bytes header = read_range(file, 0, header_size, allowance);
  auto table = read_header(header, elf);
  if (!table) return std::nullopt;
  complete(file, elf, *table, allowance);
  if (table->count > most_sections)
    throw Error(ErrorKind::malformed, "the ELF file has too many sections");
  const Bytes bytes =
      read_range(file, table->offset, table->count * section_header_size(elf.is_64), allowance);
  NumberReader in(bytes, elf.lowest_first);
  std::vector<RawSection> raw;
  for (std::uint64_t i = 0; i < table->count; ++i) raw.push_back(read_section(in, elf.is_64));
  if (table->names >= raw.size())
    throw Error(ErrorKind::malformed, "the ELF sections have no names");
  const Range names = raw[static_cast<std::size_t>(table->names)].section.bytes;
  const Bytes name_bytes =
      read_range(file, names.offset, std::min(names.size, largest_table), allowance);
  for (RawSection& section : raw) {
    section.section.name = string_at(name_bytes, section.name);
    if (section.section.type == type_no_bits || section.section.type == type_null)
      section.section.bytes = {};
    require_within(file, section.section);
    elf.sections.push_back(std::move(section.section));
  }
  return elf;
}

std::string build_id_of(const RandomAccess& file, const ElfFile& elf, Allowance& allowance) {
  constexpr std::uint64_t largest_note = 256;
  constexpr std::uint32_t type_build_id = 3;
  const ElfSection* const section = section_named(elf, ".note.gnu.build-id");
  if (section == nullptr) return "";
  const Bytes bytes = read_range(file, section->bytes.offset,
                                 std::min(section->bytes.size, largest_note), allowance);
  try {
    NumberReader in(bytes, elf.lowest_first);
    const auto name_size = in.read<std::uint32_t>("size of the note's name");
    const auto size = in.read<std::uint32_t>("size of the note");
    const auto type = in.read<std::uint32_t>("type of the note");
    if (name_size != 4 || as_text(in.take(name_size, "note's name")).substr(0, 3) != "GNU" ||
        type != type_build_id)
      return "";
    return to_hex(in.take(size, "build-id"));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return "";  // the section is compared as bytes all the same
  }
}

std::vector<std::string> dynamic_strings_of(const RandomAccess& file, const ElfFile& elf,
                                            Allowance& allowance) {
  constexpr std::uint64_t largest_dynamic = std::uint64_t{64} << 10;
  const ElfSection* const section = section_named(elf, ".dynamic");
  if (section == nullptr || section->link >= elf.sections.size()) return {};
  const Range table = elf.sections[section->link].bytes;
  const Bytes strings =
      read_range(file, table.offset, std::min(table.size, largest_table), allowance);
  const Bytes bytes = read_range(file, section->bytes.offset,
                                 std::min(section->bytes.size, largest_dynamic), allowance);
  std::vector<std::string> found;
  NumberReader in(bytes, elf.lowest_first);
  const std::size_t entry_size = elf.is_64 ? 16 : 8;
  while (in.remaining() >= entry_size) {
    const std::uint64_t tag = read_word(in, elf.is_64, "tag");
    const std::uint64_t value = read_word(in, elf.is_64, "value");
    if (tag == 0) break;
    if (const std::string_view name = name_of_tag(tag); !name.empty())
      found.push_back(std::string(name) + string_at(strings, value));
  }
  return found;
}

}  // namespace reproduce::content

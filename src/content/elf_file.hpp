#pragma once

/// What an ELF file says of itself.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bytes.hpp"
#include "comparison.hpp"

namespace reproduce::content {

struct ElfSection {
  std::string name;  ///< any bytes
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  Range bytes{};  ///< in the file, and within it; empty for .bss and the like
  std::uint32_t link = 0;
};

struct ElfFile {
  bool is_64 = false;
  bool lowest_first = true;
  std::uint16_t type = 0;
  std::uint16_t machine = 0;
  std::vector<ElfSection> sections;
};

/// Nothing for what does not begin as ELF does, or has no section headers. Error{malformed} for
/// what breaks its format: more than 10,000 sections, and sections beyond the end of the file.
///
/// Source: System V ABI, chapter 4; 32 and 64 bits, both orders of bytes.
[[nodiscard]] std::optional<ElfFile> read_elf(const RandomAccess& file, Allowance& allowance);

/// The build-id in hexadecimal: the note of type 3 and owner GNU in .note.gnu.build-id. Empty when
/// there is none.
[[nodiscard]] std::string build_id_of(const RandomAccess& file, const ElfFile& elf,
                                      Allowance& allowance);

/// "NEEDED libc.so.6", "RUNPATH /opt/lib" and so on: what .dynamic has as text, in its order.
[[nodiscard]] std::vector<std::string> dynamic_strings_of(const RandomAccess& file,
                                                          const ElfFile& elf, Allowance& allowance);

}  // namespace reproduce::content

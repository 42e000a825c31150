#include "program.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/stat.h>

#include <elf.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::perturb {
namespace {

/// An ELF header and the program headers behind it lie within this, as linkers
/// put them there. What they do not is taken for a program like any other.
constexpr std::size_t head_size = 4096;

/// The little-endian number of `width` bytes at `at`; nothing beyond the end.
std::optional<std::uint64_t> number_at(ByteView head, std::uint64_t at, unsigned width) {
  if (at > head.size() || head.size() - at < width) return std::nullopt;
  std::uint64_t value = 0;
  for (unsigned i = width; i > 0; --i) value = (value << 8) | head[at + i - 1];
  return value;
}

/// Whether a 64-bit, little-endian ELF file names an interpreter (System V ABI,
/// chapter 5, "Program Header"); nothing for other files.
std::optional<bool> names_interpreter(ByteView head) {
  constexpr char ident[] = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB};
  if (!as_text(head).starts_with(std::string_view(ident, sizeof ident))) return std::nullopt;
  const auto table = number_at(head, offsetof(Elf64_Ehdr, e_phoff), 8);
  const auto size = number_at(head, offsetof(Elf64_Ehdr, e_phentsize), 2);
  const auto count = number_at(head, offsetof(Elf64_Ehdr, e_phnum), 2);
  if (!table || !size || !count || *table > head.size()) return std::nullopt;
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto type = number_at(head, *table + i * *size, 4);
    if (!type) return std::nullopt;
    if (*type == PT_INTERP) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string> reason_against_preloading(const std::filesystem::path& program) {
  struct stat status {};
  if (::stat(program.c_str(), &status) != 0) throw_io_error("run", program.string(), errno);
  if ((status.st_mode & (S_ISUID | S_ISGID)) != 0)
    return "the program is setuid or setgid, into which nothing is preloaded";
  FileSource file(program);
  Bytes head(head_size);
  head.resize(read_up_to(file, head));
  if (names_interpreter(head) == false)
    return "the program is statically linked, so nothing can be preloaded";
  return std::nullopt;
}

}  // namespace reproduce::perturb

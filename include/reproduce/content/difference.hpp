#pragma once

/// Two files' bytes -> in what they differ, in words that people understand.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/random_access.hpp"
#include "reproduce/content/culprit.hpp"

namespace reproduce::content {

/// As what two files were compared.
enum class Form { same, text, elf, python, archive, compressed, bytes };

/// A word for scripts, such as "text".
[[nodiscard]] std::string_view name_of(Form form) noexcept;

struct Part;

/// In what two files differ. All text holds bytes of the files as they are, which may be hostile
/// and need not be UTF-8: whoever shows it escapes it. No line has a line feed in it.
struct Difference {
  Form form = Form::bytes;
  /// One line, such as "ELF: .text differs (12 bytes), build-id 1a2b... -> 3c4d...".
  std::string summary;
  /// The detail. The first byte of a line says what it is, as in a unified diff:
  ///
  ///     '@'  a heading: where the lines below it are from     '-'  only in the file before
  ///     ' '  the same in both, or said about both             '+'  only in the file after
  ///     '\'  about the line above
  ///
  /// For Form::text this is a unified diff without its two lines of file names, as `patch` takes
  /// it.
  std::vector<std::string> lines;
  /// The members of an archive that have other content, and what compressed files hold.
  std::vector<Part> parts;
  /// What was recognised here and in the parts, most certain first, each once.
  std::vector<Culprit> culprits;
  /// Whether a limit left something out: of what is said, or of what was looked at.
  bool shortened = false;
};

struct Part {
  std::string name;  ///< the member's, as the archive has it; "(content)" of a compressed file
  Difference difference;
};

/// What a comparison may take. The defaults keep it under 64 MiB of memory and some seconds.
struct Limits {
  /// Compressed files and archives within each other that are opened: a package (ar) with
  /// data.tar.xz with a page.gz in it is four.
  unsigned depth = 4;
  /// Bytes that are held at once: what compressed files and the members of archives become.
  std::uint64_t held_bytes = std::uint64_t{28} << 20;
  /// Bytes that one compressed file or member may become.
  std::uint64_t member_bytes = std::uint64_t{8} << 20;
  /// Bytes that are read, decompressed ones included. Past it, what is left is not looked at.
  std::uint64_t work_bytes = std::uint64_t{1} << 30;
  /// Larger files are not compared as text.
  std::uint64_t text_bytes = std::uint64_t{4} << 20;
  std::size_t text_lines = 100'000;
  /// Members of an archive that are listed, and those whose content is compared.
  std::size_t members = 10'000;
  std::size_t parts = 32;
  /// Lines of one Difference, and bytes of one line.
  std::size_t lines = 400;
  std::size_t line_bytes = 1024;
};

/// Compares two files. `path` is the file's, in its image: some things are told by their name.
///
///     text         both UTF-8 without control characters: a unified diff, context 3
///     ELF          by section, build-id, strings
///     Python       by the header of its byte code, and strings
///     archives     tar, cpio, ar, zip: by member, and the members that differ in turn
///     compressed   gzip, bzip2, xz, zstd: by header, and the content in turn
///     all else     how many bytes differ, and a hex window around the first that do
///
/// What is damaged or breaks its format is compared as bytes, and the summary says so. The result
/// depends on the arguments alone. Errors of `before` and `after` come through; nothing in
/// the bytes makes it throw.
[[nodiscard]] Difference compare(std::string_view path, const RandomAccess& before,
                                 const RandomAccess& after, const Limits& limits = {});

}  // namespace reproduce::content

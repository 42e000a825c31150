#pragma once

/// Walks an image once, front to back, and accepts only images that mean the
/// same to every reader: the table and the file order agree, nothing lies
/// before, between or after the sections, all sizes match, the checksum is
/// right, each type occurs as often as the specification says. Works on pipes;
/// holds no payload.
///
///     ImageReader reader(source);
///     while (const std::optional<Section> section = reader.next_section())
///       while (const std::size_t count = reader.read_payload(buffer)) use(*section, count);
///     reader.finish();   // until here nothing that was read may be relied on
///
/// Errors are Error{malformed} with the file offset; the file's name is the
/// caller's to add.
/// Source: the specification (README.md of aws-nitro-enclaves-image-format
/// 935dc62); docs/formats/eif.md explains every rule.

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "reproduce/base/stream.hpp"
#include "reproduce/eif/crc32.hpp"
#include "reproduce/eif/layout.hpp"

namespace reproduce::eif {

class ImageReader {
 public:
  /// Reads and checks the header. `source` must outlive the reader.
  explicit ImageReader(Source& source);

  [[nodiscard]] const Header& header() const noexcept { return header_; }

  /// The next section, or nothing after the last. What is left of the payload
  /// before it is read and counted into the checksum first.
  [[nodiscard]] std::optional<Section> next_section();

  /// The next bytes of the section's payload into the front of `buffer`, which
  /// may not be empty; 0 at its end.
  [[nodiscard]] std::size_t read_payload(std::span<std::uint8_t> buffer);

  /// Reads what is left and checks all that only the whole file shows.
  void finish();

  /// Bytes of the file read so far.
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

 private:
  Bytes read_exactly(std::size_t size, const char* what);
  void admit(const Section& section);
  void check_required_sections() const;

  Source& source_;
  Header header_;
  Crc32 crc_;
  std::uint64_t offset_ = 0;
  std::uint64_t payload_left_ = 0;
  std::size_t next_index_ = 0;
  std::array<std::size_t, 6> count_of_type_{};  // by section type, 1 to 5
};

}  // namespace reproduce::eif

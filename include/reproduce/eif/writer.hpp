#pragma once

/// Writes an image front to back; nothing is read back.
///
/// Sizes and the checksum are known only at the end, so the 548-byte header and
/// the section headers are written again then. Whoever knows the header before
/// (from a lock) may predict it: the bytes then leave in their final form, and
/// can be hashed on the way.

#include <cstdint>
#include <optional>

#include "reproduce/base/stream.hpp"
#include "reproduce/eif/crc32.hpp"
#include "reproduce/eif/layout.hpp"

namespace reproduce::eif {

class ImageWriter {
 public:
  /// Writes a first header to `out`, which must be empty and outlive the writer.
  ImageWriter(PatchableSink& out, const HeaderChoices& choices,
              std::optional<Header> predicted = std::nullopt);

  /// Starts a section. Error{usage} when the format has no room for another.
  void begin_section(SectionType type);

  /// Payload of the section that was begun.
  void write(ByteView payload);

  void end_section();

  /// The header that the image would have if no other section followed.
  [[nodiscard]] Header header_so_far() const;

  /// Writes what was not known before. The header is the one in the file; it
  /// equals the predicted one only if the prediction was right.
  [[nodiscard]] Header finish() &&;

  /// The bytes of framing last written (a header or a section header), for
  /// whoever hashes the image as it is written.
  [[nodiscard]] ByteView last_framing() const noexcept { return framing_; }

 private:
  void write_framing(Bytes bytes);

  PatchableSink& out_;
  Header header_;
  std::optional<Header> predicted_;
  Bytes framing_;
  Crc32 payload_crc_;  // of the section that is open
  Crc32 body_crc_;     // of everything behind the header
  SectionType open_type_ = SectionType::kernel;
  std::uint64_t offset_ = 0;
};

}  // namespace reproduce::eif

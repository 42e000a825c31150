#pragma once

/// What stands around the payloads of an image that streams by, front to back.
///
/// Sizes and the checksum are known only at the end, so the 548-byte header and
/// the section headers are written again then. Whoever knows the header before
/// (from a lock) may predict it: the bytes then leave in their final form, and
/// can be hashed on the way.

#include <cstdint>
#include <optional>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/eif/crc32.hpp"
#include "reproduce/eif/layout.hpp"

namespace reproduce::eif {

/// Counts and checksums; the caller does the writing:
///
///     header() | begin_section() payload payload ... end_section() | begin_section() ...
///
/// then write each of corrections() over what is at its offset.
class Framing {
 public:
  explicit Framing(const HeaderChoices& choices, std::optional<Header> predicted = std::nullopt);

  /// What an image starts with, before anything is known.
  [[nodiscard]] Bytes header() const;

  /// Starts a section and gives its header. Error{usage} when the format has no room for another.
  [[nodiscard]] Bytes begin_section(SectionType type);

  /// A piece of payload of the section that was begun.
  void payload(ByteView bytes);

  void end_section();

  /// How long the image is so far.
  [[nodiscard]] std::uint64_t size() const noexcept { return offset_; }

  /// The header that the image would have if no other section followed. It equals the predicted
  /// one only if the prediction was right.
  [[nodiscard]] Header header_so_far() const;

  struct Correction {
    std::uint64_t offset = 0;
    Bytes bytes;
  };

  /// What was not known when it was given out. The image ends here.
  [[nodiscard]] std::vector<Correction> corrections() const;

 private:
  Header header_;
  std::optional<Header> predicted_;
  std::vector<Correction> corrections_;  // of section headers
  Crc32 payload_crc_;                    // of the section that is open
  Crc32 body_crc_;                       // of everything behind the header
  SectionType open_type_ = SectionType::kernel;
  std::uint64_t offset_ = header_size;
};

}  // namespace reproduce::eif

#pragma once

/// Everything that can be said of an image, and never a crash.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "reproduce/base/error.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/inspect/image_map.hpp"
#include "reproduce/inspect/reading.hpp"

namespace reproduce::inspect {

enum class FileKind { image, document };

/// What to take a file for: a document when it is small enough and starts as one
/// in any of its encodings and wrappings (attestation/envelope.hpp); an image when its magic is
/// right, its header makes sense but for the magic, or it is the beginning of a magic.
/// Error{malformed} when it is neither.
[[nodiscard]] FileKind detect_kind(const RandomAccess& file);

struct ImageInspection {
  std::uint64_t file_size = 0;
  std::optional<eif::Header> header;  ///< as it stands; nothing: the file is too short for one
  /// Why the image is malformed, as the strict reader says (eif/reader.hpp);
  /// nothing when it is well-formed.
  std::optional<Error> fault;
  /// A well-formed image has one reading. A malformed one has two, by_table and
  /// in_sequence, or none when there is no header.
  std::vector<Reading> readings;
  std::vector<MapRange> map;  ///< covers the file exactly

  [[nodiscard]] bool is_well_formed() const noexcept { return !fault; }
};

/// Reads a well-formed image once and a malformed one three times. Memory: a few
/// MiB, whatever the file. Throws Error{environment} only, for files that cannot
/// be read. `progress`, which may be empty, is told how many bytes are done.
[[nodiscard]] ImageInspection inspect_image(
    const RandomAccess& image, const std::function<void(std::uint64_t)>& progress = {});

}  // namespace reproduce::inspect

#pragma once

/// All registers of an image, and what else one pass over it shows.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/eif/metadata.hpp"
#include "reproduce/eif/signature.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::measure {

struct ImageMeasurements {
  eif::Header header;
  std::vector<eif::Section> sections;  ///< in file order
  Registers registers;                 ///< 0, 1, 2, and 8 when the image is signed
  std::uint64_t file_size = 0;
  std::optional<eif::Metadata> metadata;  ///< version 4 always has it
  std::optional<eif::SignatureSection> signature;
  /// Why the signature does not hold for this image; nothing when it holds or
  /// there is none. It changes no register.
  std::optional<std::string> signature_fault;
  std::optional<Sha256Digest> file_sha256;  ///< when asked for
};

struct MeasureOptions {
  bool file_digest = false;                       ///< the file's SHA-256 too, a third stream
  std::function<void(std::uint64_t)> progress{};  ///< told how many bytes are done; may be empty
};

/// Reads `image` once, front to back; see eif/reader.hpp for what is refused.
/// Memory: a few MiB, whatever the size of the image.
[[nodiscard]] ImageMeasurements measure_image(Source& image, const MeasureOptions& options = {});

}  // namespace reproduce::measure

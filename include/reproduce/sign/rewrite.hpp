#pragma once

/// An image with another signature section, or without one. Every other byte of the sections
/// stays, and so do the header's version, architecture, memory and processors; the table of
/// sections and the checksum are made anew.

#include <cstdint>
#include <functional>

#include "reproduce/base/random_access.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::sign {

/// The payload of the new signature section of an image with this PCR0.
using MakeSection = std::function<Bytes(const Sha384Digest& pcr0)>;

struct RewrittenImage {
  eif::Header header;            ///< as written
  measure::Registers registers;  ///< 0, 1 and 2, and 8 when there is a signature now
  bool had_signature = false;    ///< the image that was read
};

/// Reads `image` from front to back and writes it to `out`, which must be empty and becomes
/// worthless when this throws. A section that was there is replaced at its place; a new one comes
/// last. `make` is called once; without it the section is left out.
///
/// The image is measured while it is copied, so that what is signed is what was written. One whose
/// signature does not stand last is read twice.
///
/// Memory: a few MiB. Error{malformed} as eif::ImageReader; Error{usage} when the format's version
/// has no signatures, when there is no room for another section, and when there is no signature to
/// leave out; Error{environment} when the image changes meanwhile.
[[nodiscard]] RewrittenImage rewrite_signature(
    const RandomAccess& image, PatchableSink& out, const MakeSection& make,
    const std::function<void(std::uint64_t)>& progress = {});

}  // namespace reproduce::sign

#pragma once

/// Subjects that pin an image without being one: locks, files of registers, documents.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "reproduce/base/random_access.hpp"
#include "reproduce/diff/difference.hpp"
#include "reproduce/inspect/inspect.hpp"
#include "reproduce/manifest/lock.hpp"

namespace reproduce::diff {

/// What a subject says of an image.
struct Pins {
  Side side;
  std::map<std::uint32_t, Bytes> registers;
  std::optional<manifest::ExpectedImage> image{};  ///< size, digest, sections: locks and images
  std::optional<manifest::Lock> lock{};
  std::string note{};  ///< what a reader should know of it
};

/// What to take a file for, by its content alone: an image by its magic; JSON with
/// `"schema": "reproduce/lock/1"` for a lock; JSON with a field that looks like a document for a
/// document, and Error{usage} when it states registers too; other JSON and lines of `HEX PCRn` for
/// a file of registers; else an image or a document as inspect::detect_kind() has it, with its
/// errors.
///
/// `field`: a field that the file is known to have (attestation/envelope.hpp), and that holds the
/// document.
[[nodiscard]] SubjectKind detect_subject(const RandomAccess& file,
                                         const std::optional<std::string>& field = {});

/// Reads a subject that is no image: a file of registers as published/registers.hpp has it.
/// Throws Error{malformed} when it is damaged; Error{usage} for a lock that is (manifest/lock.hpp).
///
/// A document is taken out of its wrapping, decoded, and not verified; the side then says whose it
/// is.
[[nodiscard]] Pins read_pins(SubjectKind kind, const std::string& name, const RandomAccess& file,
                             const std::optional<std::string>& field = {});

/// What an image pins, being what it is. Hashes it when `with_digest`.
[[nodiscard]] Pins pins_of_image(const std::string& name, const RandomAccess& file,
                                 const inspect::ImageInspection& inspection, bool with_digest);

/// Compares what both pin. Throws Error{usage} when there is no register that both do, and when one
/// is a NitroTPM's document and the other an enclave's: the same numbers are other registers.
[[nodiscard]] Comparison compare_pins(const Pins& before, const Pins& after);

}  // namespace reproduce::diff

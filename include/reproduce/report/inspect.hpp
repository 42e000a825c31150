#pragma once

/// What `reproduce inspect` says of an image or a document.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "reproduce/attestation/evidence.hpp"
#include "reproduce/initramfs/listing.hpp"
#include "reproduce/inspect/inspect.hpp"
#include "reproduce/kernel/boot_image.hpp"

namespace reproduce::report {

/// What lies in the ramdisks of an image, and what its kernel is.
struct ImageContents {
  const initramfs::JoinedRamdisks& ramdisks;
  const initramfs::Listing& listing;
  std::optional<kernel::BootImage> kernel{};
};

struct InspectionStyle {
  bool map = false;   ///< every byte of a well-formed image too; a malformed one always has it
  bool tree = false;  ///< every entry of the ramdisks
  bool whole_digests = false;                              ///< of those entries
  std::function<std::string(std::string_view)> heading{};  ///< makes a heading stand out
};

/// Header, sections, registers, kernel, cmdline with the parameters that deserve a look, what is in
/// the ramdisks, metadata, signature; for a malformed image why it is that, both readings, and the
/// map.
[[nodiscard]] std::string inspection_text(const std::string& file,
                                          const inspect::ImageInspection& image,
                                          const ImageContents& contents,
                                          const InspectionStyle& style);

/// `reproduce/inspect/1` (docs/formats/json.md). `tree`: with every entry of the ramdisks.
[[nodiscard]] std::string inspection_json(const std::string& file,
                                          const inspect::ImageInspection& image,
                                          const ImageContents& contents, bool tree);

/// A document as it says it is: an enclave's, a NitroTPM's, or one that nobody signed.
[[nodiscard]] std::string inspection_text(const std::string& file,
                                          const attestation::Evidence& evidence, bool whole_values);
[[nodiscard]] std::string inspection_json(const std::string& file,
                                          const attestation::Evidence& evidence);

}  // namespace reproduce::report

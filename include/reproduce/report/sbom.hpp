#pragma once

/// A software bill of materials of an image, in forms that other tools read: docs/formats/sbom.md.

#include <string>

#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/sbom/inventory.hpp"

namespace reproduce::report {

struct SbomSubject {
  std::string name;                         ///< of the image
  const measure::ImageMeasurements& image;  ///< with the file's SHA-256
  const sbom::Inventory& inventory;
  std::string tool_version;  ///< of `reproduce`
};

/// SPDX 2.3, JSON. The same image gives the same text: the document's name is made of the image's
/// digest, its time is the one that the image's metadata says, else 1970.
/// Source: the SPDX specification 2.3, and its JSON schema.
[[nodiscard]] std::string spdx_json(const SbomSubject& subject);

/// CycloneDX 1.5, JSON, without serial number and time.
/// Source: the CycloneDX specification 1.5 (ECMA-424's predecessor), and its JSON schema.
[[nodiscard]] std::string cyclonedx_json(const SbomSubject& subject);

}  // namespace reproduce::report

#pragma once

/// What `reproduce extract` says when it is done.

#include <string>

#include "reproduce/extract/extract.hpp"

namespace reproduce::report {

/// A line a section with the file or folder that makes it; what no folder can hold; that the
/// folder builds the image again. `verbose`: every note, and not the first few of each ramdisk.
[[nodiscard]] std::string extraction_text(const std::string& image, const std::string& folder,
                                          const extract::Extraction& extraction, bool verbose);

/// The document `reproduce/extract/1` (docs/formats/json.md).
[[nodiscard]] std::string extraction_json(const std::string& image, const std::string& folder,
                                          const extract::Extraction& extraction);

}  // namespace reproduce::report

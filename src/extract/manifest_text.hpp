#pragma once

/// The manifest that says how an extracted image is built.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::extract {

inline constexpr const char* kernel_file = "kernel";
inline constexpr const char* cmdline_file = "cmdline";
inline constexpr const char* metadata_file = "metadata.json";
inline constexpr const char* signature_file = "signature.cbor";

/// How a ramdisk is made: of a file, or of a folder with its attributes.
struct RamdiskSource {
  std::string file{};
  std::string folder{};
  std::string attributes{};
  std::string_view compression{};  ///< of a folder's archive
};

/// `mtime`: of all files in folders. `image` has the file's SHA-256.
[[nodiscard]] std::string manifest_text(const measure::ImageMeasurements& image,
                                        const std::vector<RamdiskSource>& ramdisks,
                                        std::uint32_t mtime);

}  // namespace reproduce::extract

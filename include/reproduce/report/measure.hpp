#pragma once

/// What `reproduce measure` says of an image.

#include <string>

#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::report {

/// One line a register, `PCR0  5c1e…`, whole digests; then the file's SHA-256
/// when it was asked for.
[[nodiscard]] std::string measurements_text(const measure::ImageMeasurements& image);

/// One record of `reproduce/measure/1` (docs/formats/json.md), compact JSON.
[[nodiscard]] std::string measurements_json(const std::string& file,
                                            const measure::ImageMeasurements& image);

/// What `nitro-cli describe-eif` prints: the same keys in the same order.
/// Source: aws-nitro-enclaves-cli 2950b36, `EifDescribeInfo`.
[[nodiscard]] std::string nitro_cli_json(const measure::ImageMeasurements& image);

}  // namespace reproduce::report

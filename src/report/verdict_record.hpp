#pragma once

/// A verdict as JSON, shared by the report on one document and those of a batch.

#include <span>

#include <nlohmann/json.hpp>

#include "reproduce/verify/verdict.hpp"

namespace reproduce::report {

/// {"name", "kind", "source", "pcrs"}
[[nodiscard]] nlohmann::ordered_json reference_record(const verify::Reference& reference);

/// {"name", "outcome", "expected", "image", "attested"}; `image` is `expected` under its older
/// name.
[[nodiscard]] nlohmann::ordered_json register_record(const verify::RegisterComparison& comparison);

/// `reproduce/verify/1` up to the records of image and document.
[[nodiscard]] nlohmann::ordered_json verdict_record(const verify::Verdict& verdict,
                                                    std::span<const verify::Reference> references);

}  // namespace reproduce::report

#pragma once

/// Parts that several JSON documents have in common: docs/formats/json.md.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/x509.hpp"
#include "reproduce/diff/difference.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::report {

/// Hexadecimal, or null.
[[nodiscard]] nlohmann::ordered_json hex_or_null(const std::optional<Bytes>& value);

/// {"PCR0": hex, ...}
[[nodiscard]] nlohmann::ordered_json registers_record(const measure::Registers& registers);

[[nodiscard]] nlohmann::ordered_json certificate_record(const Certificate& certificate);

/// A list: `name`, `words`, `advice`.
[[nodiscard]] nlohmann::ordered_json culprit_records(const std::vector<diff::Culprit>& culprits);

/// `record` as text; -1: on one line. Names in certificates may claim to be
/// UTF-8 and not be it: what is not is replaced.
[[nodiscard]] std::string dump(const nlohmann::ordered_json& record, int indent);

}  // namespace reproduce::report

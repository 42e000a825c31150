#pragma once

/// What differs within a file, as lines of text and as JSON.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "reproduce/content/difference.hpp"

namespace reproduce::report {

/// A line of a file as it may be shown: printable(), but tabs and backslashes stay as they are.
[[nodiscard]] std::string shown_line(std::string_view line);

/// The summary and, when all are asked for, the lines; then the same of the parts, further in.
[[nodiscard]] std::vector<std::string> content_lines(const content::Difference& difference,
                                                     bool all);

/// `form`, `summary`, `lines`, `culprits`, `parts`, `shortened` (docs/formats/diff.md).
[[nodiscard]] nlohmann::ordered_json content_record(const content::Difference& difference);

}  // namespace reproduce::report

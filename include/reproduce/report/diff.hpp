#pragma once

/// What `reproduce diff` says.

#include <functional>
#include <string>
#include <string_view>

#include "reproduce/diff/difference.hpp"

namespace reproduce::report {

struct DiffStyle {
  bool full = false;  ///< every entry and whole digests; otherwise the first of each ramdisk
  std::function<std::string(std::string_view)> strong{};  ///< makes a line stand out
};

/// Entries of a ramdisk that are shown unless all are asked for.
inline constexpr std::size_t shown_entries = 20;

/// The causes and likely culprits alone.
[[nodiscard]] std::string diagnosis_text(const diff::Comparison& comparison,
                                         const DiffStyle& style);

/// The causes first, then likely culprits, registers, and what differs section by section.
[[nodiscard]] std::string diff_text(const diff::Comparison& comparison, const DiffStyle& style);

/// `reproduce/diff/1` (docs/formats/diff.md).
[[nodiscard]] std::string diff_json(const diff::Comparison& comparison);

/// A page that stands alone (report/html.hpp), made of diff_json() and, for readers without script,
/// of all of diff_text().
[[nodiscard]] std::string diff_html(const diff::Comparison& comparison);

/// For a comment on a pull request.
[[nodiscard]] std::string diff_markdown(const diff::Comparison& comparison, bool full);

}  // namespace reproduce::report

#pragma once

/// Text -> lines -> a unified diff.

#include <cstdint>
#include <string_view>
#include <vector>

#include "comparison.hpp"

#include "reproduce/content/edit_script.hpp"

namespace reproduce::content {

/// The lines of `text`, each with its line feed; only the last may lack it. They are views.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// Two sequences of strings as numbers: equal numbers for equal strings.
struct Numbered {
  std::vector<std::uint32_t> before;
  std::vector<std::uint32_t> after;
};
[[nodiscard]] Numbered number(const std::vector<std::string_view>& before,
                              const std::vector<std::string_view>& after);

/// Appends the hunks of `diff -u`, three lines of context around the edits, to the lines of
/// `difference`: without the names of the files.
void add_unified(Difference& difference, const Limits& limits,
                 const std::vector<std::string_view>& before,
                 const std::vector<std::string_view>& after, const EditScript& script);

}  // namespace reproduce::content

#pragma once

/// Images, locks, registers and documents that are compared with each other.

#include <optional>
#include <string>

#include "terminal.hpp"

#include "reproduce/diff/difference.hpp"

namespace reproduce::cli {

/// Opens both, finds out what each is, and compares them. Errors name the operand. `field` is of
/// the JSON around a document: of either that has it; Error{usage} when none does.
[[nodiscard]] diff::Comparison compare_subjects(const std::string& old_operand,
                                                const std::string& new_operand,
                                                const Terminal& terminal,
                                                const std::optional<std::string>& field = {});

}  // namespace reproduce::cli

#pragma once

/// What `reproduce lock --check` says.

#include <string>

#include "reproduce/content/difference.hpp"
#include "reproduce/diff/difference.hpp"
#include "reproduce/report/diff.hpp"

namespace reproduce::report {

struct LockCheck {
  std::string file;
  content::Difference lines;    ///< between the lock that is there and the one made anew
  diff::Comparison comparison;  ///< of what the two pin

  [[nodiscard]] bool is_current() const { return lines.form == content::Form::same; }
};

/// The answer, which registers move and why, and the lines that would change.
[[nodiscard]] std::string lock_check_text(const LockCheck& check, const DiffStyle& style);

/// The document `reproduce/lock-check/1` (docs/formats/json.md).
[[nodiscard]] std::string lock_check_json(const LockCheck& check);

}  // namespace reproduce::report

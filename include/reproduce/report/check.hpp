#pragma once

/// What `reproduce build --check` says.

#include <string>
#include <utility>
#include <vector>

#include "reproduce/diff/difference.hpp"

namespace reproduce::report {

struct CheckResult {
  diff::Comparison images;          ///< of the first build and the second
  std::vector<std::string> varied;  ///< names of conditions
  std::vector<std::pair<std::string, std::string>> not_varied;  ///< name and reason
};

[[nodiscard]] std::string check_text(const CheckResult& result);

/// The document `reproduce/check/1` (docs/formats/json.md).
[[nodiscard]] std::string check_json(const CheckResult& result);

}  // namespace reproduce::report

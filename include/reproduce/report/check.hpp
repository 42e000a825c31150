#pragma once

/// What `reproduce build --check` says.

#include <string>
#include <utility>
#include <vector>

namespace reproduce::report {

struct CheckResult {
  std::vector<std::string> differences;  ///< sentences; none when both images are the same
  std::vector<std::string> varied;       ///< names of conditions
  std::vector<std::pair<std::string, std::string>> not_varied;  ///< name and reason
};

[[nodiscard]] std::string check_text(const CheckResult& result);

/// The document `reproduce/check/1` (docs/formats/json.md).
[[nodiscard]] std::string check_json(const CheckResult& result);

}  // namespace reproduce::report

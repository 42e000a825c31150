#pragma once

/// What a verb found, for those who gate on it: files that CI systems read and show.
///
///     JUnit     test cases, as the Jenkins schema has them: GitLab, Jenkins, Azure and others list
///     them SARIF     2.1.0 (OASIS): GitHub and others show findings beside the files Markdown  for
///     a step's summary or a comment
///
/// All three say the same. None decides anything: the exit code does.

#include <cstdint>
#include <string>
#include <vector>

#include "reproduce/base/error.hpp"

namespace reproduce::report {

enum class GateOutcome {
  pass,
  fail,     ///< makes the answer no
  trouble,  ///< there is no answer
  warning,
  skipped  ///< nobody asked, or there is nothing to check
};

struct GateCheck {
  std::string name;  ///< stable, such as "signature"
  GateOutcome outcome = GateOutcome::pass;
  std::string words{};  ///< may quote hostile text: it is escaped here
};

/// A row of the table of registers, in hexadecimal; empty: there is none.
struct GateRegister {
  std::uint32_t index = 0;
  std::string expected{};
  std::string got{};
};

struct GateReport {
  std::string verb;          ///< "verify"
  std::string tool_version;  ///< of reproduce
  std::string subject;       ///< the file that it is about
  std::string sentence{};    ///< the answer, such as "yes: ..."
  int exit_code = 0;
  std::vector<GateCheck> checks{};
  std::vector<GateRegister> registers{};
  std::string diagnosis{};  ///< lines of text; may be empty
};

/// Of a verb that ended with `error`: one check, which is trouble.
[[nodiscard]] GateReport gate_report_of(const Error& error, int exit_code, const std::string& verb,
                                        const std::string& tool_version,
                                        const std::string& subject);

[[nodiscard]] std::string gate_junit(const GateReport& report);
[[nodiscard]] std::string gate_sarif(const GateReport& report);
[[nodiscard]] std::string gate_markdown(const GateReport& report);

}  // namespace reproduce::report

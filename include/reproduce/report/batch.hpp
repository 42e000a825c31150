#pragma once

/// What `reproduce verify --batch` says: a line for each document, then how many of which.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/report/verdict.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::report {

/// One document of a batch that could be judged, on one line: "yes  FILE  REASON".
[[nodiscard]] std::string batch_line(const std::string& file, const verify::Verdict& verdict,
                                     const VerdictStyle& style);
/// One about which there is no answer, `word` being why: "untrusted".
[[nodiscard]] std::string batch_line(const std::string& file, std::string_view word,
                                     const Error& error, const VerdictStyle& style);

/// The same as one line of JSON: `reproduce/verify/1` without `document` and `image`, with `file`,
/// `module_id`, `time`.
[[nodiscard]] std::string batch_json(const std::string& file, const verify::Verdict& verdict,
                                     std::span<const verify::Reference> references,
                                     const attestation::VerifiedDocument& document);

/// How many documents ended with which word ("yes", "no", "malformed", ...).
using BatchCounts = std::map<std::string, std::uint64_t>;

/// "10000 documents: 9998 yes, 2 untrusted".
[[nodiscard]] std::string batch_summary_text(const BatchCounts& counts);

/// `reproduce/verify-batch/1`, on one line.
[[nodiscard]] std::string batch_summary_json(const BatchCounts& counts, int exit_code);

}  // namespace reproduce::report

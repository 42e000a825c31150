#pragma once

/// What verbs found, as a gate's report has it. Each fills in all but verb, subject and exit code.

#include "reproduce/build/image.hpp"
#include "reproduce/build/warning.hpp"
#include "reproduce/diff/difference.hpp"
#include "reproduce/report/check.hpp"
#include "reproduce/report/gate.hpp"
#include "reproduce/report/lock_check.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::report {

/// An image was built; with a lock, it is the expected one.
void tell_gate(GateReport& report, const build::AssembledImage& image,
               const build::Warnings& warnings, bool is_locked);

/// Two builds were compared.
void tell_gate(GateReport& report, const CheckResult& result);

/// A document was judged. `diagnosis`: the words about a mismatch; may be null.
void tell_gate(GateReport& report, const verify::Verdict& verdict,
               const diff::Comparison* diagnosis);

/// A subject was compared with published registers.
void tell_gate(GateReport& report, const verify::Agreement& agreement);

/// A lock was held against one made anew.
void tell_gate(GateReport& report, const LockCheck& check);

/// Two subjects were compared; the first is what is expected.
void tell_gate(GateReport& report, const diff::Comparison& comparison);

}  // namespace reproduce::report

#pragma once

/// Outputs that must not change unnoticed, in tests/golden. To accept a change,
/// run the test with REPRODUCE_ACCEPT=1 and look at what git says.

#include <string>
#include <string_view>

namespace reproduce::test {

/// Fails unless tests/golden/NAME says `text`; under REPRODUCE_ACCEPT=1 writes it
/// there and reports the test as skipped.
void expect_golden(const std::string& name, std::string_view text);

}  // namespace reproduce::test

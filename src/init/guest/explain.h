#pragma once

// Why the kernel does not run a program. Its error number alone misleads: "no such file" for a
// program that is there and whose interpreter is not.

/// Says why exec of `path`, which exists, gave `result`, a negative error number.
void explain_refusal(const char* path, long result);

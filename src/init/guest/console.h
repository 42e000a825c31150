#pragma once

// The console: the only place where an enclave can say anything, and only to those who run it in
// debug mode.

#include "types.h"

/// Makes the console the standard input, output and error output, unless the kernel has done so.
void open_console(void);

/// In the app's process: gives it the console of the app's own /dev, so that programs find their
/// terminal there, owned by `user` and `group`, so that they can open /dev/stdout. Where that has
/// no console the standard files stay as they are.
void hand_over_console(uint32_t user, uint32_t group);

/// Prints one line, "init: " before it, with a single write:
///     %s text    %q text from outside, quoted, what is not printable as \xNN, cut at 200
///     characters %n an unsigned long    %e a negative error number, in words
void say(const char* format, ...);

/// Waits until what was said has left the machine, at most a second.
void drain_console(void);

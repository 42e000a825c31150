#pragma once

// Numbers of the kernel in words for people.

/// What error `number` (positive) means, or NULL.
const char* error_words(unsigned long number);

/// "SIGSEGV" for 11, or NULL.
const char* signal_name(unsigned long number);

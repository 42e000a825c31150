#pragma once

// Text and memory: the little that the other files need of it.

#include "types.h"

size_t text_length(const char* text);
bool text_equal(const char* left, const char* right);
/// The position of `wanted` in `text`, or its length.
size_t text_find(const char* text, char wanted);

/// Reads a decimal number of digits only at `*cursor`, at most `limit`, and moves the cursor behind
/// it. False when there is no digit or the number is larger.
bool read_decimal(const char** cursor, uint32_t limit, uint32_t* number);

// The compiler calls these two by these names, freestanding or not.
void* memcpy(void* to, const void* from, size_t size);
void* memset(void* to, int byte, size_t size);

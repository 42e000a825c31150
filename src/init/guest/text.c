#include "text.h"

size_t text_length(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

bool text_equal(const char* left, const char* right) {
  while (*left != '\0' && *left == *right) ++left, ++right;
  return *left == *right;
}

size_t text_find(const char* text, char wanted) {
  size_t at = 0;
  while (text[at] != '\0' && text[at] != wanted) ++at;
  return at;
}

bool read_decimal(const char** cursor, uint32_t limit, uint32_t* number) {
  const char* at = *cursor;
  uint64_t value = 0;
  if (*at < '0' || *at > '9') return false;
  for (; *at >= '0' && *at <= '9'; ++at) {
    value = value * 10 + (uint64_t)(*at - '0');
    if (value > limit) return false;
  }
  *cursor = at;
  *number = (uint32_t)value;
  return true;
}

// Without the attribute the compiler sees that these loops are memcpy and memset, and calls them.
__attribute__((no_builtin)) void* memcpy(void* to, const void* from, size_t size) {
  for (size_t i = 0; i < size; ++i) ((char*)to)[i] = ((const char*)from)[i];
  return to;
}

__attribute__((no_builtin)) void* memset(void* to, int byte, size_t size) {
  for (size_t i = 0; i < size; ++i) ((char*)to)[i] = (char)byte;
  return to;
}

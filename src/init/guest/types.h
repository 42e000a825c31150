#pragma once

// The names that a C library's headers would give. The guest includes no header but its own, so
// that its bytes depend on the compiler alone and it is compiled for another architecture without
// more.

typedef __SIZE_TYPE__ size_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INT64_TYPE__ int64_t;

#define bool _Bool
#define true 1
#define false 0
#define NULL ((void*)0)

// Numbers in text: what a C library would have supplied, besides what both guests share.
#ifndef ZOSIA_TEXT_H
#define ZOSIA_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/memory.h"
#include "shared/strings.h"

// The whole text as a decimal number. False when it is anything else, or too large.
bool text_parse_uint64(const char *text, uint64_t *number);
// Digits, and a point with digits behind it if there is one; no sign, no exponent.
bool text_parse_decimal(const char *text, double *number);

// printf's little brother: %s, %c, %d, %u, %llu, %f (with a precision: %.3f) and %%. Truncates to `size`
// bytes, terminator included. Returns the length of what was written.
__attribute__((format(printf, 3, 4))) size_t text_format(char *to, size_t size, const char *format, ...);
size_t text_format_list(char *to, size_t size, const char *format, va_list arguments);

#endif

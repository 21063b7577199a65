// Strings and numbers in text: the few functions a C library would have supplied.
#ifndef ZOSIA_TEXT_H
#define ZOSIA_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The compiler may emit calls to these four, even in freestanding code. They are in the firmware folder.
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

size_t text_length(const char *text);
bool text_equal(const char *a, const char *b);

// The whole text as a decimal number. False when it is anything else, or too large.
bool text_parse_uint64(const char *text, uint64_t *number);
// Digits, and a point with digits behind it if there is one; no sign, no exponent.
bool text_parse_decimal(const char *text, double *number);

// printf's little brother: %s, %c, %d, %u, %llu, %f (with a precision: %.3f) and %%. Truncates to `size`
// bytes, terminator included. Returns the length of what was written.
__attribute__((format(printf, 3, 4)))
size_t text_format(char *to, size_t size, const char *format, ...);
size_t text_format_list(char *to, size_t size, const char *format, va_list arguments);

#endif

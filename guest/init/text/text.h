// Strings and formatting: what a C library would have supplied, besides what both guests share.
#ifndef ZOSIA_TEXT_H
#define ZOSIA_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "shared/memory.h"
#include "shared/strings.h"

int text_compare(const char *a, const char *b);
bool text_starts_with(const char *text, const char *prefix);
bool text_ends_with(const char *text, const char *suffix);

// Where `part`, which is not empty, first occurs in `text`; NULL when it does not.
const char *text_find(const char *text, const char *part);

// Reads decimal digits at *cursor and moves it behind them. False, and *cursor unmoved, when there is
// no digit or the number exceeds `maximum`.
bool text_parse_number(const char **cursor, unsigned maximum, unsigned *number);
bool text_parse_long(const char **cursor, unsigned long maximum, unsigned long *number);

// printf's little brother: %s, %d, %lu and %%. Truncates to `size` bytes, terminator included.
// Returns the length of what was written.
__attribute__((format(printf, 3, 4))) size_t text_format(char *to, size_t size, const char *format, ...);
size_t text_format_list(char *to, size_t size, const char *format, va_list arguments);

// Writes number / 10^decimals with all its decimals: 1234 with two of them is "12.34".
size_t text_decimal(char *to, size_t size, unsigned long number, unsigned decimals);

// Copies text of unknown origin; a question mark stands for each control, each character that is
// invisible or turns the direction of writing, and each byte that is not UTF-8.
size_t text_printable(char *to, size_t size, const char *text);

#endif

// Strings, and writing text into memory of a fixed size: what both guests' printf is made of. Their formats
// differ: process 1 of Linux has no floating point, and the EFI applications print little else.
#ifndef ZOSIA_STRINGS_H
#define ZOSIA_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t text_length(const char *text);
bool text_equal(const char *a, const char *b);

// Writes to `to`, which has room for `size` bytes, as much as fits: the last byte is the terminator's.
struct text_writer {
    char *to;
    size_t size;
    size_t length; // of what has been written, without the terminator
};

void text_put(struct text_writer *out, char byte);
void text_put_string(struct text_writer *out, const char *text);
// At least so many digits, with zeros in front.
void text_put_number(struct text_writer *out, uint64_t number, unsigned minimum_digits);
void text_put_signed(struct text_writer *out, int number);

// Writes the terminator, where there is room for any, and returns the length of the text.
size_t text_finish(struct text_writer *out);

#endif

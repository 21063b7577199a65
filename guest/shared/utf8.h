// UTF-8 (RFC 3629; Unicode standard, table 3-7): characters as bytes, which may come one by one.
#ifndef ZOSIA_UTF8_H
#define ZOSIA_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UTF8_REPLACEMENT = 0xfffd, UTF8_BYTES_MAX = 4 };

// Characters out of a stream of bytes.
struct utf8_decoder {
    uint32_t character;
    uint32_t minimum; // a smaller one would have been written with fewer bytes
    unsigned missing; // bytes
};

enum utf8_step {
    UTF8_INCOMPLETE,
    UTF8_CHARACTER, // in decoder->character
    UTF8_MALFORMED, // the byte belongs to none
    UTF8_BROKEN_OFF, // it ends a malformed character, and is to be fed again
};

enum utf8_step utf8_feed(struct utf8_decoder *decoder, unsigned char byte);

// Takes a byte; writes the characters that it completes, at most two, and returns how many. U+FFFD stands
// for what is not UTF-8.
unsigned utf8_decode(struct utf8_decoder *decoder, unsigned char byte, uint32_t characters[2]);

// Returns the number of bytes. `character` must be one that Unicode has.
size_t utf8_encode(uint32_t character, char bytes[UTF8_BYTES_MAX]);

// The character at `*at`, in text that is well-formed; moves `*at` behind it.
uint32_t utf8_next(const char *text, size_t *at);

// Moves `*at`, which is not 0, before the character that ends there, and returns that.
uint32_t utf8_previous(const char *text, size_t *at);

#endif

// UTF-8, one byte at a time: the model's tokens may end in the middle of a character.
#ifndef ZOSIA_UTF8_H
#define ZOSIA_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_REPLACEMENT = 0xfffd, UTF8_MAX_BYTES = 4 };

struct utf8_decoder {
    uint32_t character;
    uint32_t smallest; // that this many bytes may stand for; smaller ones have a shorter form
    unsigned missing;  // continuation bytes still to come
};

// Takes a byte; writes the characters it completes, at most two, and returns how many. What is not UTF-8
// (Unicode 15, table 3-7) becomes U+FFFD.
unsigned utf8_decode(struct utf8_decoder *decoder, uint8_t byte, uint32_t characters[2]);

// Returns the number of bytes. `character` must be one that Unicode has.
unsigned utf8_encode(uint32_t character, char bytes[UTF8_MAX_BYTES]);

#endif

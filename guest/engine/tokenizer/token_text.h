// From tokens to text.
#ifndef ZOSIA_TOKEN_TEXT_H
#define ZOSIA_TOKEN_TEXT_H

#include "engine/tokenizer/vocabulary.h"

enum token_decoding {
    DECODE_CONTROL_TOKENS = 1, // as their texts; else they mean nothing
    DECODE_FIRST = 2, // the token begins a text: the space that encoding put before it is left out
};

// Writes the bytes that a token means, and returns how many; there is room for the vocabulary's
// longest_bytes. They may be a part of a character. A token that the vocabulary does not have means nothing.
size_t token_text(const struct vocabulary *vocabulary, uint32_t token, unsigned how, uint8_t *bytes);

#endif

// Text to tokens as byte-level BPE does it: the text is split into words, the bytes of a word are written as
// characters, and neighbours are merged in the order of the vocabulary's list of merges.
#ifndef ZOSIA_BYTE_PAIRS_H
#define ZOSIA_BYTE_PAIRS_H

#include "engine/tokenizer/merger.h"
#include "engine/tokenizer/vocabulary.h"

struct byte_pairs {
    struct merger merger;
    struct characters characters; // of the text
    uint8_t *bytes; // of a word's characters
};

// For texts of up to so many bytes.
void byte_pairs_take(struct byte_pairs *pairs, size_t capacity, struct arena *arena);

// Writes the tokens of a text and returns how many: at most three for each byte, since a byte that is not
// UTF-8 counts as U+FFFD.
size_t byte_pairs_encode(struct byte_pairs *pairs, const struct vocabulary *vocabulary, const uint8_t *text,
                         size_t length, uint32_t *tokens);

#endif

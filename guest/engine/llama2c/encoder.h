// From text to tokens: byte-pair encoding as llama2.c does it (run.c, encode).
#ifndef ZOSIA_ENCODER_H
#define ZOSIA_ENCODER_H

#include "engine/llama2c/tokenizer.h"

struct encoder_symbol;

struct encoder {
    const struct tokenizer *tokenizer;
    struct encoder_symbol *symbols;
    size_t capacity; // bytes of text that can be encoded at once
};

void encoder_set_up(struct encoder *encoder, const struct tokenizer *tokenizer, size_t capacity,
                    struct arena *arena);

// The most tokens that a text of that many bytes can become, the begin of text included.
static inline size_t encoder_max_tokens(size_t text_bytes) { return text_bytes + 2; }

// The most bytes of text that so many tokens can stand for. Encoding takes a time that grows with the
// square of the text: one that is longer than this need not be encoded to know that it is too long.
uint64_t encoder_max_bytes(const struct encoder *encoder, size_t tokens);

// Writes the begin of text and the text's tokens; returns how many. `length` is at most the capacity, and
// there is room for encoder_max_tokens of it.
size_t encoder_encode(struct encoder *encoder, const char *text, size_t length, uint32_t *tokens);

#endif

// Text to tokens as SentencePiece's byte-pair encoding does it: the merge whose token has the highest score
// is done first, and what has no token becomes those of its bytes.
#ifndef ZOSIA_SENTENCEPIECE_H
#define ZOSIA_SENTENCEPIECE_H

#include "engine/tokenizer/merger.h"
#include "engine/tokenizer/vocabulary.h"

struct sentencepiece {
    struct merger merger;
    uint8_t *bytes; // of the text, with U+2581 for each space
};

// For texts of up to so many bytes.
void sentencepiece_take(struct sentencepiece *sentencepiece, size_t capacity, struct arena *arena);

// Writes the tokens of a text, with a space before it or not, and returns how many: at most three for each
// byte and the space.
size_t sentencepiece_encode(struct sentencepiece *sentencepiece, const struct vocabulary *vocabulary,
                            const uint8_t *text, size_t length, bool space_before, uint32_t *tokens);

#endif

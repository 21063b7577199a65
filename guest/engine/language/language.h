// What a model reads and writes: text as tokens, and tokens as text, whichever kind of file says how.
#ifndef ZOSIA_LANGUAGE_H
#define ZOSIA_LANGUAGE_H

#include "engine/llama2c/encoder.h"
#include "engine/tokenizer/text_encoder.h"
#include "engine/tokenizer/vocabulary.h"

struct language {
    bool is_llama2c;
    // Of llama2.c:
    struct tokenizer tokenizer;
    struct encoder encoder;
    uint8_t byte; // of a token that is one
    // Of a GGUF:
    struct vocabulary vocabulary;
    struct text_encoder texts;
    uint8_t *token_bytes; // of one token
};

// These take the memory from the arena, for texts of up to `capacity` bytes; of one that only measures, nothing
// else is done.
bool language_of_llama2c(struct language *language, const uint8_t *file, uint64_t file_bytes,
                         uint32_t vocabulary, size_t capacity, struct arena *arena,
                         struct failure *failure);
bool language_of_gguf(struct language *language, const struct gguf *gguf, uint64_t rows, size_t capacity,
                      struct arena *arena, struct failure *failure);

// The most tokens that a text of so many bytes can become, a begin of text included.
size_t language_max_tokens(const struct language *language, size_t bytes);

// The most bytes of text that so many tokens can stand for: a longer text need not be encoded to know that it is
// too long.
uint64_t language_max_bytes(const struct language *language, size_t tokens);

// Writes the tokens of a text, the runs of which lie one behind the other, and returns how many. `begins`: it
// begins a context, and a begin of text is put before it if the model wants that.
size_t language_encode(struct language *language, const char *text, const struct text_run *runs,
                       size_t run_count, bool begins, uint32_t *tokens);

// What a token means after another one, or at the beginning of a text of its own. It may be a part of a
// character, and stays until the next call.
struct token_piece language_text(struct language *language, uint32_t previous, uint32_t token, bool begins);

// Whether generating ends with that token.
bool language_ends_text(const struct language *language, uint32_t token);

#endif

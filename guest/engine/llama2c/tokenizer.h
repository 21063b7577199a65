// The vocabulary: the texts of the tokens and their scores, as in llama2.c's tokenizer.bin (tokenizer.py,
// export): the longest token's length, then for each token its score, length and bytes.
#ifndef ZOSIA_TOKENIZER_H
#define ZOSIA_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/failure.h"

enum {
    TOKEN_UNKNOWN = 0,
    TOKEN_BOS = 1, // begins a text; stories models also end theirs with it
    TOKEN_EOS = 2,
    TOKEN_FIRST_BYTE = 3, // then come the 256 bytes, for what has no token of its own
    TOKEN_NONE = -1,
};

struct token_piece {
    const uint8_t *text; // not terminated
    uint32_t length;
    float score;
};

struct tokenizer {
    uint32_t vocabulary;
    uint32_t longest_bytes; // of the longest token's text
    struct token_piece *pieces;
    int32_t *table; // hash table of token numbers
    uint32_t table_mask;
};

// Takes the memory from the arena; nothing else happens if that is only measuring. `file` is all of
// tokenizer.bin and has to stay. Fails unless it has exactly `vocabulary` tokens.
bool tokenizer_set_up(struct tokenizer *tokenizer, const uint8_t *file, uint64_t file_bytes,
                      uint32_t vocabulary, struct arena *arena, struct failure *failure);

// The token whose text is `first` followed by `second`; TOKEN_NONE if there is none.
int32_t tokenizer_find(const struct tokenizer *tokenizer, const uint8_t *first, size_t first_length,
                       const uint8_t *second, size_t second_length);

// The bytes that a token means after another; they may be a part of a character. `byte` is where a lone
// byte is put. Begin and end of a text mean nothing.
struct token_piece tokenizer_decode(const struct tokenizer *tokenizer, uint32_t previous, uint32_t token,
                                    uint8_t *byte);

#endif

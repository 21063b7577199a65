// The vocabulary of a GGUF: its tokens, what kind each is, and how text becomes tokens with it. What a key
// that is missing stands for, and which tokens end a text, is as in llama.cpp (src/llama-vocab.cpp).
#ifndef ZOSIA_VOCABULARY_H
#define ZOSIA_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/failure.h"
#include "engine/gguf/gguf.h"
#include "engine/tokenizer/pre_tokenizer_names.h"
#include "engine/tokenizer/text_table.h"

static const uint32_t NO_TOKEN = UINT32_MAX;

enum vocabulary_kind {
    VOCABULARY_SENTENCEPIECE, // tokenizer.ggml.model = llama
    VOCABULARY_BYTE_PAIRS, // gpt2
};

// A token has several of them.
enum token_attributes {
    TOKEN_IS_NORMAL = 1,
    TOKEN_IS_UNKNOWN = 2,
    TOKEN_IS_CONTROL = 4,
    TOKEN_IS_USER_DEFINED = 8,
    TOKEN_IS_BYTE = 16,
    TOKEN_IS_RESERVED = 32, // the file calls it a control token or the unknown one: no text becomes it
    TOKEN_ENDS_TEXT = 64, // generating stops there
    TOKEN_STRIPS_RIGHT = 128, // spaces behind it are dropped
    TOKEN_IS_SPECIAL = TOKEN_IS_UNKNOWN | TOKEN_IS_CONTROL | TOKEN_IS_USER_DEFINED,
};

enum { SPECIAL_TOKEN_BYTES_MAX = 255 };

// The bytes with which special tokens of one length begin and end.
struct special_bytes {
    bool any;
    uint8_t first[32], last[32]; // a bit for each byte
};

struct vocabulary {
    enum vocabulary_kind kind;
    uint32_t count;
    uint32_t longest_bytes; // of a token's text
    struct table_text *texts; // of the tokens; lie in the GGUF
    float *scores; // of SentencePiece, else NULL
    uint8_t *attributes; // token_attributes
    struct text_table table;
    uint32_t byte_tokens[256]; // of SentencePiece; NO_TOKEN where there is none
    struct special_bytes *specials; // by length

    bool add_bos, add_eos, add_space_prefix;
    uint32_t bos, eos, unknown, end_of_turn, end_of_message; // NO_TOKEN where there is none

    struct pre_tokenizer_facts pre; // this and the merges: of byte pairs
    uint32_t merge_count;
    struct table_text *merge_texts; // two texts with a space between them; their numbers are their ranks
    struct text_table merges;
};

// Takes the memory from the arena; nothing else happens if that is only measuring. The GGUF's bytes have to
// stay. `rows` is how many tokens the model has embeddings of, which has to be their number; 0 if there is
// no model.
bool vocabulary_set_up(struct vocabulary *vocabulary, const struct gguf *gguf, uint64_t rows,
                       struct arena *arena, struct failure *failure);

// Whether generating ends with that token.
bool vocabulary_ends_text(const struct vocabulary *vocabulary, uint32_t token);

// The token of a text, or NO_TOKEN.
uint32_t vocabulary_find(const struct vocabulary *vocabulary, const uint8_t *text, size_t length);

// Likewise, but text that somebody wrote never becomes a control token.
uint32_t vocabulary_find_plain(const struct vocabulary *vocabulary, const uint8_t *text, size_t length);

#endif

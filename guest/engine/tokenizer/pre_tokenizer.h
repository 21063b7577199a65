// Splits a text into words, inside which byte-level BPE merges. Models have regular expressions for this;
// these are llama.cpp's (src/llama-vocab.cpp), as scanners.
#ifndef ZOSIA_PRE_TOKENIZER_H
#define ZOSIA_PRE_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pre_tokenizer {
    PRE_TOKENIZER_DEFAULT, // punctuation, then as GPT-2, then numbers, then three digits at a time
    PRE_TOKENIZER_GPT_2,
    PRE_TOKENIZER_DIGITS, // numbers character by character, then as GPT-2
    PRE_TOKENIZER_LLAMA_3, // numbers three characters at a time
    PRE_TOKENIZER_QWEN_2, // as Llama 3, numbers character by character
};

// What follows from tokenizer.ggml.pre.
struct pre_tokenizer_facts {
    enum pre_tokenizer kind;
    bool ignore_merges; // a word that is a token is that token
    bool add_bos; // unless the model says otherwise
    bool no_bos; // there is no token for it by default
};

// False if there is none of that name here.
bool pre_tokenizer_find(const uint8_t *name, uint64_t length, struct pre_tokenizer_facts *facts);

enum { WORD_START = 0x80 };

struct characters {
    uint32_t *codes;
    uint8_t *classes; // of each (unicode_class), and WORD_START where a word starts
    size_t count;
};

// Sets the classes.
void pre_tokenizer_split(enum pre_tokenizer kind, struct characters *characters);

#endif

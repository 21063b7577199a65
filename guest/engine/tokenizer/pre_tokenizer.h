// Splits a text into words, inside which byte-level BPE merges. Models have regular expressions for this;
// these are llama.cpp's (src/llama-vocab.cpp), as scanners.
#ifndef ZOSIA_PRE_TOKENIZER_H
#define ZOSIA_PRE_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

enum pre_tokenizer {
    PRE_TOKENIZER_DEFAULT, // punctuation, then as GPT-2, then numbers, then three digits at a time
    PRE_TOKENIZER_GPT_2,
    PRE_TOKENIZER_DIGITS, // numbers character by character, then as GPT-2
    PRE_TOKENIZER_LLAMA_3, // numbers three characters at a time
    PRE_TOKENIZER_QWEN_2, // as Llama 3, numbers character by character
};

enum { WORD_START = 0x80 };

struct characters {
    uint32_t *codes;
    uint8_t *classes; // of each (unicode_class), and WORD_START where a word starts
    size_t count;
};

// Sets the classes.
void pre_tokenizer_split(enum pre_tokenizer kind, struct characters *characters);

#endif

// The names of ways to split a text into words (pre_tokenizer.h).
#ifndef ZOSIA_PRE_TOKENIZER_NAMES_H
#define ZOSIA_PRE_TOKENIZER_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/tokenizer/pre_tokenizer.h"

// What follows from tokenizer.ggml.pre.
struct pre_tokenizer_facts {
    enum pre_tokenizer kind;
    bool ignore_merges; // a word that is a token is that token
    bool add_bos; // unless the model says otherwise
    bool no_bos; // there is no token for it by default
};

// False if there is none of that name here.
bool pre_tokenizer_find(const uint8_t *name, uint64_t length, struct pre_tokenizer_facts *facts);

#endif

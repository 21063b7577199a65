// Which tokens are special, beyond what the file says of them. Used by vocabulary.c alone.
#ifndef ZOSIA_SPECIAL_TOKENS_H
#define ZOSIA_SPECIAL_TOKENS_H

#include "engine/tokenizer/vocabulary.h"

// Sets the special tokens' numbers and attributes, and what is put round a text. The vocabulary has its
// tokens and its table.
bool special_tokens_set(struct vocabulary *vocabulary, const struct gguf *gguf, struct failure *failure);

#endif

// Finds special tokens in text by their texts, as llama.cpp does: the longest first, wherever they are.
#ifndef ZOSIA_SPECIAL_TEXT_H
#define ZOSIA_SPECIAL_TEXT_H

#include "engine/tokenizer/vocabulary.h"

// What a byte of the text belongs to.
enum special_mark { MARK_TEXT, MARK_TOKEN, MARK_TOKEN_GOES_ON, MARK_DROPPED };

// Writes a mark for each byte. Unless `control_too`, control tokens stay the text that they are.
void special_text_mark(const struct vocabulary *vocabulary, const uint8_t *text, size_t length,
                       bool control_too, uint8_t *marks);

#endif

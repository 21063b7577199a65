// A hash table of texts that lie elsewhere: the tokens of a vocabulary, or its merges.
#ifndef ZOSIA_TEXT_TABLE_H
#define ZOSIA_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"

enum { TEXT_TABLE_NONE = -1 };

// Not terminated, and of any bytes.
struct table_text {
    const uint8_t *text;
    uint32_t length;
};

struct text_table {
    const struct table_text *texts;
    int32_t *places; // numbers of texts, or TEXT_TABLE_NONE
    uint32_t mask;
    uint32_t longest; // bytes of the longest text
};

// Takes memory for a table of so many texts, at most 2^28. Nothing is in it yet.
void text_table_take(struct text_table *table, uint32_t count, struct arena *arena);

// `texts` are those that are numbered from 0.
void text_table_clear(struct text_table *table, const struct table_text *texts);

// Puts in a text by its number. If an equal text is there already, returns that one's number and leaves it,
// else TEXT_TABLE_NONE.
int32_t text_table_put(struct text_table *table, uint32_t number);

// The number of a text, or TEXT_TABLE_NONE.
int32_t text_table_find(const struct text_table *table, const uint8_t *text, size_t length);

// That of the text that is `left`, a space and `right`, where `right` lies behind `left`.
int32_t text_table_find_pair(const struct text_table *table, const uint8_t *left, size_t left_length,
                             size_t right_length);

#endif

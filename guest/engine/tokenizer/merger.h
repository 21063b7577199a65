// Merging neighbours until there are none to merge: what both kinds of byte-pair encoding do. The best pair
// is always merged first, of equally good ones the leftmost; a heap finds it, so that a text of n symbols
// takes n log n steps whatever is in it.
#ifndef ZOSIA_MERGER_H
#define ZOSIA_MERGER_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"

static const uint32_t MERGE_NONE = UINT32_MAX;

// A run of bytes that is one token so far. Symbols stay in their places; `next` skips those that were
// merged into the one before them.
struct merge_symbol {
    uint32_t start, length; // bytes
    uint32_t next, previous; // indices, or MERGE_NONE
    uint32_t key; // of the merge with the next symbol: the lowest is done first; MERGE_NONE for none
    uint32_t place; // in the heap, or MERGE_NONE
};

struct merger {
    const uint8_t *bytes; // that the symbols are made of
    struct merge_symbol *symbols;
    uint32_t *heap; // indices of symbols
    uint32_t count, heap_count;
};

// The key of the merge of two neighbours; they lie at `left`, one behind the other.
typedef uint32_t merge_key(const void *context, const uint8_t *left, size_t left_length,
                           size_t right_length);

void merger_take(struct merger *merger, uint64_t symbols, struct arena *arena);

void merger_clear(struct merger *merger, const uint8_t *bytes);

// Appends a symbol of the next `length` bytes.
void merger_add(struct merger *merger, uint32_t length);

// Merges all that can be. The first symbol then stands at index 0, and `next` leads to the others.
void merger_run(struct merger *merger, merge_key *key_of, const void *context);

#endif

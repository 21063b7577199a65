#include "engine/tokenizer/merger.h"

#include <stdbool.h>

void merger_take(struct merger *m, uint64_t symbols, struct arena *arena) {
    m->symbols = arena_take(arena, symbols, sizeof(struct merge_symbol));
    m->heap = arena_take(arena, symbols, sizeof(uint32_t));
}

void merger_clear(struct merger *m, const uint8_t *bytes) {
    m->bytes = bytes;
    m->count = 0;
    m->heap_count = 0;
}

void merger_add(struct merger *m, uint32_t length) {
    struct merge_symbol *symbol = &m->symbols[m->count];
    *symbol = (struct merge_symbol){.length = length,
                                    .next = MERGE_NONE,
                                    .previous = MERGE_NONE,
                                    .key = MERGE_NONE,
                                    .place = MERGE_NONE};
    if (m->count > 0) {
        struct merge_symbol *before = symbol - 1;
        symbol->start = before->start + before->length;
        symbol->previous = m->count - 1;
        before->next = m->count;
    }
    m->count++;
}

static bool comes_before(const struct merger *m, uint32_t a, uint32_t b) {
    uint32_t key_a = m->symbols[a].key, key_b = m->symbols[b].key;
    return key_a < key_b || (key_a == key_b && a < b);
}

static void put(struct merger *m, uint32_t place, uint32_t index) {
    m->heap[place] = index;
    m->symbols[index].place = place;
}

static void sift_up(struct merger *m, uint32_t place) {
    uint32_t index = m->heap[place];
    while (place > 0 && comes_before(m, index, m->heap[(place - 1) / 2])) {
        put(m, place, m->heap[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(m, place, index);
}

static void sift_down(struct merger *m, uint32_t place) {
    uint32_t index = m->heap[place];
    for (uint64_t child; (child = 2 * (uint64_t)place + 1) < m->heap_count; place = (uint32_t)child) {
        if (child + 1 < m->heap_count && comes_before(m, m->heap[child + 1], m->heap[child])) child++;
        if (!comes_before(m, m->heap[child], index)) break;
        put(m, place, m->heap[child]);
    }
    put(m, place, index);
}

static void drop(struct merger *m, uint32_t index) {
    uint32_t place = m->symbols[index].place;
    m->symbols[index].place = MERGE_NONE;
    uint32_t last = m->heap[--m->heap_count];
    if (last == index) return;
    put(m, place, last);
    sift_up(m, place);
    sift_down(m, m->symbols[last].place);
}

// Looks up what a symbol and the next would make, which has changed.
static void renew(struct merger *m, uint32_t index, merge_key *key_of, const void *context) {
    struct merge_symbol *symbol = &m->symbols[index];
    if (symbol->place != MERGE_NONE) drop(m, index);
    symbol->key = MERGE_NONE;
    if (symbol->next == MERGE_NONE) return;
    const uint8_t *left = m->bytes + symbol->start;
    symbol->key = key_of(context, left, symbol->length, m->symbols[symbol->next].length);
    if (symbol->key == MERGE_NONE) return;
    put(m, m->heap_count++, index);
    sift_up(m, symbol->place);
}

void merger_run(struct merger *m, merge_key *key_of, const void *context) {
    for (uint32_t i = 0; i < m->count; i++) renew(m, i, key_of, context);
    while (m->heap_count > 0) {
        uint32_t index = m->heap[0];
        struct merge_symbol *symbol = &m->symbols[index], *taken = &m->symbols[symbol->next];
        if (taken->place != MERGE_NONE) drop(m, symbol->next);
        symbol->length += taken->length;
        symbol->next = taken->next;
        if (symbol->next != MERGE_NONE) m->symbols[symbol->next].previous = index;
        renew(m, index, key_of, context);
        if (symbol->previous != MERGE_NONE) renew(m, symbol->previous, key_of, context);
    }
}

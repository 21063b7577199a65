#include "engine/tokenizer/text_table.h"

#include "shared/memory.h"

static const uint32_t HASH_START = 2166136261u;

// FNV-1a.
static uint32_t hash(uint32_t value, const uint8_t *text, size_t length) {
    for (size_t i = 0; i < length; i++) value = (value ^ text[i]) * 16777619u;
    return value;
}

void text_table_take(struct text_table *table, uint32_t count, struct arena *arena) {
    uint32_t size = 4;
    while (size < 2 * (uint64_t)count) size *= 2; // so that there always is a free place
    table->mask = size - 1;
    table->places = arena_take(arena, size, sizeof(int32_t));
}

void text_table_clear(struct text_table *table, const struct table_text *texts) {
    table->texts = texts;
    table->longest = 0;
    for (uint64_t i = 0; i <= table->mask; i++) table->places[i] = TEXT_TABLE_NONE;
}

static bool equal(const struct table_text *a, const uint8_t *text, size_t length) {
    return a->length == length && memcmp(a->text, text, length) == 0;
}

// The place of a text, or the free one where it belongs.
static uint32_t place_of(const struct text_table *t, const uint8_t *text, size_t length) {
    uint32_t place = hash(HASH_START, text, length) & t->mask;
    while (t->places[place] >= 0 && !equal(&t->texts[t->places[place]], text, length)) {
        place = (place + 1) & t->mask;
    }
    return place;
}

int32_t text_table_put(struct text_table *t, uint32_t number) {
    const struct table_text *text = &t->texts[number];
    uint32_t place = place_of(t, text->text, text->length);
    int32_t there = t->places[place];
    if (there != TEXT_TABLE_NONE) return there;
    t->places[place] = (int32_t)number;
    if (text->length > t->longest) t->longest = text->length;
    return TEXT_TABLE_NONE;
}

int32_t text_table_find(const struct text_table *t, const uint8_t *text, size_t length) {
    return length > t->longest ? TEXT_TABLE_NONE : t->places[place_of(t, text, length)];
}

static bool equal_pair(const struct table_text *a, const uint8_t *left, size_t left_length,
                       size_t right_length) {
    return a->length == left_length + 1 + right_length && a->text[left_length] == ' ' &&
           memcmp(a->text, left, left_length) == 0 &&
           memcmp(a->text + left_length + 1, left + left_length, right_length) == 0;
}

int32_t text_table_find_pair(const struct text_table *t, const uint8_t *left, size_t left_length,
                             size_t right_length) {
    if (left_length + 1 + right_length > t->longest) return TEXT_TABLE_NONE;
    uint32_t value = hash(hash(HASH_START, left, left_length), (const uint8_t *)" ", 1);
    uint32_t place = hash(value, left + left_length, right_length) & t->mask;
    while (t->places[place] >= 0 &&
           !equal_pair(&t->texts[t->places[place]], left, left_length, right_length)) {
        place = (place + 1) & t->mask;
    }
    return t->places[place];
}

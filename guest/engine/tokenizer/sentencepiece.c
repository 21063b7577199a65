#include "engine/tokenizer/sentencepiece.h"

#include "shared/memory.h"

enum { SPACE_BYTES = 3 };

static const uint8_t SPACE[SPACE_BYTES] = {0xe2, 0x96, 0x81}; // U+2581

void sentencepiece_take(struct sentencepiece *s, size_t capacity, struct arena *arena) {
    uint64_t spaced = (uint64_t)capacity + 1;
    s->bytes = arena_take(arena, spaced, SPACE_BYTES);
    // A byte is one symbol at most, and a space two: where the byte before it announces a longer character, that
    // takes the first of its three.
    merger_take(&s->merger, 2 * spaced, arena);
}

// The length that the first byte of a character announces; what is no first byte stands alone.
static size_t announced_length(uint8_t first) {
    return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

static size_t put_space(uint8_t *bytes) {
    memcpy(bytes, SPACE, SPACE_BYTES);
    return SPACE_BYTES;
}

static size_t replace_spaces(uint8_t *bytes, const uint8_t *text, size_t length, bool space_before) {
    size_t size = space_before ? put_space(bytes) : 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ') size += put_space(bytes + size);
        else bytes[size++] = text[i];
    }
    return size;
}

static void split_into_characters(struct sentencepiece *s, size_t size) {
    merger_clear(&s->merger, s->bytes);
    for (size_t at = 0; at < size;) {
        size_t bytes = announced_length(s->bytes[at]);
        if (bytes > size - at) bytes = size - at;
        merger_add(&s->merger, (uint32_t)bytes);
        at += bytes;
    }
}

// Numbers in the order of the scores, the highest first.
static uint32_t key_of_score(float score) {
    uint32_t bits;
    score += 0.0f; // there is one zero
    memcpy(&bits, &score, sizeof bits);
    uint32_t rising = bits & 0x80000000u ? ~bits : bits | 0x80000000u;
    return rising > 0 ? ~rising : MERGE_NONE - 1;
}

static uint32_t key_of(const void *context, const uint8_t *left, size_t left_length, size_t right_length) {
    const struct vocabulary *v = context;
    uint32_t token = vocabulary_find_plain(v, left, left_length + right_length);
    return token == NO_TOKEN ? MERGE_NONE : key_of_score(v->scores[token]);
}

static size_t put_bytes(const struct vocabulary *v, const uint8_t *text, size_t length, uint32_t *tokens) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        uint32_t token = v->byte_tokens[text[i]];
        if (token == NO_TOKEN) token = v->unknown;
        if (token != NO_TOKEN) tokens[count++] = token;
    }
    return count;
}

size_t sentencepiece_encode(struct sentencepiece *s, const struct vocabulary *v, const uint8_t *text,
                            size_t length, bool space_before, uint32_t *tokens) {
    size_t count = 0;
    if (length == 0) return 0;
    split_into_characters(s, replace_spaces(s->bytes, text, length, space_before));
    merger_run(&s->merger, key_of, v);
    for (uint32_t i = 0; i != MERGE_NONE; i = s->merger.symbols[i].next) {
        const struct merge_symbol *symbol = &s->merger.symbols[i];
        const uint8_t *bytes = s->bytes + symbol->start;
        uint32_t token = vocabulary_find_plain(v, bytes, symbol->length);
        if (token != NO_TOKEN) tokens[count++] = token;
        else count += put_bytes(v, bytes, symbol->length, tokens + count);
    }
    return count;
}

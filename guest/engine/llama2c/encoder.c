#include "engine/llama2c/encoder.h"

// A run of the text that is one token so far. Symbols stay in their places; those that were merged into
// the one before them are skipped by `next`.
struct encoder_symbol {
    uint32_t token;
    uint32_t next; // index, END after the last
    uint32_t previous; // likewise before the first
    int32_t merged; // the token this and the next would make together, or TOKEN_NONE
};

static const uint32_t END = UINT32_MAX;

static const float LOWEST_SCORE = -1e10f;

void encoder_set_up(struct encoder *encoder, const struct tokenizer *tokenizer, size_t capacity,
                    struct arena *arena) {
    encoder->tokenizer = tokenizer;
    encoder->capacity = capacity;
    encoder->symbols = arena_take(arena, encoder_max_tokens(capacity), sizeof(struct encoder_symbol));
}

// The length of the character at the start of the text: continuation bytes belong to the byte before
// them, as far as characters have bytes.
static size_t character_length(const uint8_t *text, size_t available) {
    size_t length = 1;
    while (length < 4 && length < available && (text[length] & 0xc0) == 0x80) length++;
    return length;
}

// The token of a byte; a vocabulary too small to have it has nothing better than "unknown".
static uint32_t byte_token(const struct tokenizer *t, uint8_t byte) {
    uint32_t token = (uint32_t)TOKEN_FIRST_BYTE + byte;
    return token < t->vocabulary ? token : TOKEN_UNKNOWN;
}

static uint32_t split_into_characters(struct encoder *e, const uint8_t *text, size_t length) {
    const struct tokenizer *t = e->tokenizer;
    uint32_t count = 0;
    int32_t space = tokenizer_find(t, (const uint8_t *)" ", 1, NULL, 0);
    if (space != TOKEN_NONE) e->symbols[count++].token = (uint32_t)space;
    for (size_t i = 0; i < length;) {
        size_t bytes = character_length(text + i, length - i);
        int32_t token = tokenizer_find(t, text + i, bytes, NULL, 0);
        if (token != TOKEN_NONE) {
            e->symbols[count++].token = (uint32_t)token;
        } else {
            for (size_t b = 0; b < bytes; b++) {
                e->symbols[count++].token = byte_token(t, text[i + b]);
            }
        }
        i += bytes;
    }
    for (uint32_t i = 0; i < count; i++) {
        e->symbols[i].previous = i == 0 ? END : i - 1;
        e->symbols[i].next = i + 1 == count ? END : i + 1;
    }
    return count;
}

static void look_up_merge(struct encoder *e, uint32_t index) {
    const struct tokenizer *t = e->tokenizer;
    struct encoder_symbol *symbol = &e->symbols[index];
    symbol->merged = TOKEN_NONE;
    if (symbol->next == END) return;
    const struct token_piece *a = &t->pieces[symbol->token];
    const struct token_piece *b = &t->pieces[e->symbols[symbol->next].token];
    symbol->merged = tokenizer_find(t, a->text, a->length, b->text, b->length);
}

// The first of the pairs whose token has the highest score; END if nothing can be merged.
static uint32_t best_merge(const struct encoder *e) {
    uint32_t best = END;
    float best_score = LOWEST_SCORE;
    for (uint32_t i = 0; i != END; i = e->symbols[i].next) {
        if (e->symbols[i].merged == TOKEN_NONE) continue;
        float score = e->tokenizer->pieces[e->symbols[i].merged].score;
        if (score > best_score) {
            best_score = score;
            best = i;
        }
    }
    return best;
}

static void merge(struct encoder *e, uint32_t index) {
    struct encoder_symbol *symbol = &e->symbols[index];
    symbol->token = (uint32_t)symbol->merged;
    symbol->next = e->symbols[symbol->next].next;
    if (symbol->next != END) e->symbols[symbol->next].previous = index;
    look_up_merge(e, index);
    if (symbol->previous != END) look_up_merge(e, symbol->previous);
}

// A byte without a token of its own is one token, whatever the texts of the vocabulary.
uint64_t encoder_max_bytes(const struct encoder *e, size_t tokens) {
    uint32_t longest = e->tokenizer->longest_bytes;
    return (uint64_t)tokens * (longest > 0 ? longest : 1);
}

size_t encoder_encode(struct encoder *e, const char *text, size_t length, uint32_t *tokens) {
    size_t count = 0;
    tokens[count++] = TOKEN_BOS;
    if (length == 0) return count;
    uint32_t symbols = split_into_characters(e, (const uint8_t *)text, length);
    for (uint32_t i = 0; i < symbols; i++) look_up_merge(e, i);
    uint32_t best;
    while ((best = best_merge(e)) != END) merge(e, best);
    for (uint32_t i = 0; i != END; i = e->symbols[i].next) tokens[count++] = e->symbols[i].token;
    return count;
}

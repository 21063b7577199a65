#include "engine/tokenizer/special_text.h"

#include "shared/memory.h"

static bool has_bit(const uint8_t bits[32], uint8_t bit) { return bits[bit / 8] >> bit % 8 & 1; }

static bool is_free(const uint8_t *marks, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (marks[i] != MARK_TEXT) return false;
    }
    return true;
}

// The special token at a place of the text, if there is one of that length and it counts.
static uint32_t token_at(const struct vocabulary *v, const uint8_t *text, size_t length, bool control_too) {
    const struct special_bytes *bytes = &v->specials[length];
    if (!has_bit(bytes->first, text[0]) || !has_bit(bytes->last, text[length - 1])) return NO_TOKEN;
    uint32_t token = vocabulary_find(v, text, length);
    if (token == NO_TOKEN || !(v->attributes[token] & TOKEN_IS_SPECIAL)) return NO_TOKEN;
    bool control = v->attributes[token] & (TOKEN_IS_CONTROL | TOKEN_IS_UNKNOWN);
    return control && !control_too ? NO_TOKEN : token;
}

static bool is_space(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

static void mark_length(const struct vocabulary *v, const uint8_t *text, size_t length, size_t token_length,
                        bool control_too, uint8_t *marks) {
    for (size_t at = 0; token_length <= length - at;) {
        uint32_t token = token_at(v, text + at, token_length, control_too);
        if (token == NO_TOKEN || !is_free(marks + at, token_length)) {
            at++;
            continue;
        }
        marks[at] = MARK_TOKEN;
        memset(marks + at + 1, MARK_TOKEN_GOES_ON, token_length - 1);
        at += token_length;
        if (!(v->attributes[token] & TOKEN_STRIPS_RIGHT)) continue;
        while (at < length && marks[at] == MARK_TEXT && is_space(text[at])) marks[at++] = MARK_DROPPED;
    }
}

void special_text_mark(const struct vocabulary *v, const uint8_t *text, size_t length, bool control_too,
                       uint8_t *marks) {
    memset(marks, MARK_TEXT, length);
    for (size_t bytes = SPECIAL_TOKEN_BYTES_MAX; bytes > 0; bytes--) {
        if (v->specials[bytes].any) mark_length(v, text, length, bytes, control_too, marks);
    }
}

#include "engine/tokenizer/text_encoder.h"

#include "engine/tokenizer/special_text.h"

void text_encoder_set_up(struct text_encoder *e, const struct vocabulary *vocabulary, size_t capacity,
                         struct arena *arena) {
    e->vocabulary = vocabulary;
    e->capacity = capacity;
    e->marks = arena_take(arena, capacity, sizeof *e->marks);
    if (vocabulary->kind == VOCABULARY_BYTE_PAIRS) byte_pairs_take(&e->pairs, capacity, arena);
    else sentencepiece_take(&e->sentencepiece, capacity, arena);
}

static size_t run_of(const uint8_t *marks, size_t length, uint8_t mark) {
    size_t run = 0;
    while (run < length && marks[run] == mark) run++;
    return run;
}

// `after_special`: nothing, or a special token, comes before. SentencePiece then begins with a space.
static size_t encode_part(struct text_encoder *e, const uint8_t *text, size_t length, bool after_special,
                          uint32_t *tokens) {
    const struct vocabulary *v = e->vocabulary;
    if (v->kind == VOCABULARY_BYTE_PAIRS) return byte_pairs_encode(&e->pairs, v, text, length, tokens);
    bool space = v->add_space_prefix && after_special;
    return sentencepiece_encode(&e->sentencepiece, v, text, length, space, tokens);
}

static size_t encode_parts(struct text_encoder *e, const uint8_t *text, size_t length, bool after_special,
                           uint32_t *tokens) {
    const uint8_t *marks = e->marks;
    size_t count = 0;
    for (size_t at = 0, bytes; at < length; at += bytes) {
        size_t left = length - at;
        if (marks[at] == MARK_TEXT) {
            bytes = run_of(marks + at, left, MARK_TEXT);
            count += encode_part(e, text + at, bytes, after_special, tokens + count);
            after_special = false;
        } else if (marks[at] == MARK_TOKEN) {
            bytes = 1 + run_of(marks + at + 1, left - 1, MARK_TOKEN_GOES_ON);
            tokens[count++] = vocabulary_find(e->vocabulary, text + at, bytes);
            after_special = true;
        } else {
            bytes = run_of(marks + at, left, MARK_DROPPED);
        }
    }
    return count;
}

size_t text_encoder_encode_runs(struct text_encoder *e, const char *text, const struct text_run *runs,
                                size_t run_count, bool has_ends, bool goes_on, uint32_t *tokens) {
    const struct vocabulary *v = e->vocabulary;
    const uint8_t *bytes = (const uint8_t *)text;
    size_t count = 0, length = 0;
    if (has_ends && v->add_bos) tokens[count++] = v->bos;
    for (size_t i = 0; i < run_count; length += runs[i++].length) {
        special_text_mark(v, bytes + length, runs[i].length, !runs[i].is_written, e->marks + length);
    }
    count += encode_parts(e, bytes, length, !goes_on, tokens + count);
    if (has_ends && v->add_eos) tokens[count++] = v->eos;
    return count;
}

size_t text_encoder_encode(struct text_encoder *e, const char *text, size_t length, unsigned how,
                           uint32_t *tokens) {
    struct text_run run = {length, !(how & ENCODE_CONTROL_TOKENS)};
    return text_encoder_encode_runs(e, text, &run, 1, how & ENCODE_ENDS, false, tokens);
}

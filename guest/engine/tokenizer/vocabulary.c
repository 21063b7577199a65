#include "engine/tokenizer/vocabulary.h"

#include "engine/tokenizer/special_tokens.h"
#include "shared/memory.h"

enum {
    TOKENS_MAX = 1 << 24,
    MERGES_MAX = 1 << 25,
    TOKEN_BYTES_MAX = 65535,
    MERGE_BYTES_MAX = 2 * TOKEN_BYTES_MAX + 1,
    SHOWN_BYTES = 40,
};

// Names are shown as they are, but for what is no ASCII.
static const char *shown(struct gguf_string name, char out[SHOWN_BYTES + 1]) {
    unsigned length = name.length > SHOWN_BYTES ? SHOWN_BYTES : (unsigned)name.length;
    for (unsigned i = 0; i < length; i++) {
        out[i] = name.text[i] >= 0x20 && name.text[i] < 0x7f ? (char)name.text[i] : '?';
    }
    out[length] = '\0';
    return out;
}

static bool read_kind(struct vocabulary *v, const struct gguf *gguf, struct failure *failure) {
    char name[SHOWN_BYTES + 1];
    struct gguf_string model, pre = {NULL, 0};
    v->pre = (struct pre_tokenizer_facts){0};
    if (!gguf_text(gguf, "tokenizer.ggml.model", &model)) return fail(failure, "it has no tokenizer");
    if (gguf_string_equals(model, "llama")) {
        v->kind = VOCABULARY_SENTENCEPIECE;
        return true;
    }
    if (!gguf_string_equals(model, "gpt2")) {
        return fail(failure, "its tokenizer is %s; llama and gpt2 are those that are known",
                    shown(model, name));
    }
    v->kind = VOCABULARY_BYTE_PAIRS;
    if (!gguf_text(gguf, "tokenizer.ggml.pre", &pre)) pre = (struct gguf_string){(const uint8_t *)"", 0};
    if (pre_tokenizer_find(pre.text, pre.length, &v->pre)) return true;
    return fail(failure, "its tokenizer splits text as %s does, which is not known here", shown(pre, name));
}

// An array of strings that has at most so many. The failure says `what` there are none of.
static const struct gguf_value *find_strings(const struct gguf *gguf, const char *key, const char *what,
                                             uint64_t most, struct failure *failure) {
    const struct gguf_value *value = gguf_find(gguf, key);
    if (value == NULL || value->type != GGUF_ARRAY || value->element_type != GGUF_STRING) {
        fail(failure, "its tokenizer has no %s", what);
        return NULL;
    }
    if (value->count <= most) return value;
    fail(failure, "its tokenizer has %llu %s, and %llu is the most that is taken",
         (unsigned long long)value->count, what, (unsigned long long)most);
    return NULL;
}

// The number of an array that there may be, and then has an element for each token; NULL if there is none.
static bool find_numbers(const struct vocabulary *v, const struct gguf *gguf, const char *key,
                         bool floats_too, const struct gguf_value **out, struct failure *failure) {
    const struct gguf_value *value = *out = gguf_find(gguf, key);
    if (value == NULL) return true;
    bool right = value->type == GGUF_ARRAY &&
                 (value->element_type == GGUF_INT32 || (floats_too && value->element_type == GGUF_FLOAT32));
    if (!right) return fail(failure, "it is damaged: %s has values of another type", key);
    if (value->count >= v->count) return true;
    return fail(failure, "it is damaged: %s has %llu values, and there are %u tokens", key,
                (unsigned long long)value->count, v->count);
}

static bool read_texts(struct table_text *texts, uint32_t count, const struct gguf_value *array,
                       uint32_t most_bytes, const char *what, struct failure *failure) {
    const uint8_t *at = array->data;
    for (uint32_t i = 0; i < count; i++) {
        struct gguf_string string = gguf_next_string(&at);
        if (string.length > most_bytes) {
            return fail(failure, "its tokenizer's %s %u has %llu bytes; %u is the most that is taken", what,
                        i, (unsigned long long)string.length, most_bytes);
        }
        texts[i] = (struct table_text){string.text, (uint32_t)string.length};
    }
    return true;
}

// The numbers that the file has for kinds of tokens.
static unsigned attributes_of_type(int type) {
    switch (type) {
    case 1: return TOKEN_IS_NORMAL;
    case 2: return TOKEN_IS_UNKNOWN | TOKEN_IS_RESERVED;
    case 3: return TOKEN_IS_CONTROL | TOKEN_IS_RESERVED;
    case 4: return TOKEN_IS_USER_DEFINED;
    case 6: return TOKEN_IS_BYTE;
    default: return 0; // unused, or undefined
    }
}

static bool read_tokens(struct vocabulary *v, const struct gguf *gguf, const struct gguf_value *array,
                        struct failure *failure) {
    const struct gguf_value *scores, *types;
    if (!find_numbers(v, gguf, "tokenizer.ggml.scores", true, &scores, failure)) return false;
    if (!find_numbers(v, gguf, "tokenizer.ggml.token_type", false, &types, failure)) return false;
    if (!read_texts(v->texts, v->count, array, TOKEN_BYTES_MAX, "token", failure)) return false;
    text_table_clear(&v->table, v->texts);
    for (uint32_t i = 0; i < v->count; i++) {
        if (v->scores != NULL) v->scores[i] = scores == NULL ? 0 : (float)gguf_number_at(scores, i);
        unsigned attributes =
            types == NULL ? TOKEN_IS_NORMAL : attributes_of_type((int)gguf_number_at(types, i));
        v->attributes[i] = (uint8_t)attributes;
        if (v->texts[i].length == 0) continue; // stands for nothing, and can be there several times
        int32_t same = text_table_put(&v->table, i);
        if (same != TEXT_TABLE_NONE) {
            return fail(failure, "it is damaged: its tokens %u and %u are the same text", (unsigned)same,
                        i);
        }
    }
    v->longest_bytes = v->table.longest;
    return true;
}

static bool read_merges(struct vocabulary *v, const struct gguf_value *array, struct failure *failure) {
    if (!read_texts(v->merge_texts, v->merge_count, array, MERGE_BYTES_MAX, "merge", failure)) return false;
    text_table_clear(&v->merges, v->merge_texts);
    for (uint32_t i = 0; i < v->merge_count; i++) text_table_put(&v->merges, i);
    return true;
}

// SentencePiece has tokens of the form <0x0A> for bytes, or else a text of that one byte.
static void find_byte_tokens(struct vocabulary *v) {
    static const char digits[] = "0123456789ABCDEF";
    for (unsigned i = 0; i < 256; i++) {
        uint8_t text[] = {'<', '0', 'x', (uint8_t)digits[i / 16], (uint8_t)digits[i % 16], '>'};
        uint8_t byte = (uint8_t)i;
        v->byte_tokens[i] = vocabulary_find(v, text, sizeof text);
        if (v->byte_tokens[i] == NO_TOKEN) v->byte_tokens[i] = vocabulary_find_plain(v, &byte, 1);
    }
}

static bool read_count(struct vocabulary *v, const struct gguf_value *tokens, uint64_t rows,
                       struct failure *failure) {
    v->count = (uint32_t)tokens->count;
    if (v->count == 0) return fail(failure, "its tokenizer has no tokens");
    if (rows == 0 || rows == v->count) return true;
    return fail(failure, "it is damaged: its tokenizer has %u tokens, and the model knows %llu", v->count,
                (unsigned long long)rows);
}

bool vocabulary_set_up(struct vocabulary *v, const struct gguf *gguf, uint64_t rows, struct arena *arena,
                       struct failure *failure) {
    if (!read_kind(v, gguf, failure)) return false;
    const struct gguf_value *tokens =
        find_strings(gguf, "tokenizer.ggml.tokens", "tokens", TOKENS_MAX, failure);
    if (tokens == NULL || !read_count(v, tokens, rows, failure)) return false;
    const struct gguf_value *merges = NULL;
    bool pairs = v->kind == VOCABULARY_BYTE_PAIRS;
    if (pairs) merges = find_strings(gguf, "tokenizer.ggml.merges", "merges", MERGES_MAX, failure);
    if (pairs && merges == NULL) return false;
    v->merge_count = pairs ? (uint32_t)merges->count : 0;
    v->texts = arena_take(arena, v->count, sizeof *v->texts);
    v->scores = pairs ? NULL : arena_take(arena, v->count, sizeof *v->scores);
    v->attributes = arena_take(arena, v->count, sizeof *v->attributes);
    v->specials = arena_take(arena, SPECIAL_TOKEN_BYTES_MAX + 1, sizeof *v->specials);
    text_table_take(&v->table, v->count, arena);
    v->merge_texts = arena_take(arena, v->merge_count, sizeof *v->merge_texts);
    text_table_take(&v->merges, v->merge_count, arena);
    if (arena->base == NULL) return true;
    if (!read_tokens(v, gguf, tokens, failure)) return false;
    if (pairs && !read_merges(v, merges, failure)) return false;
    find_byte_tokens(v);
    return special_tokens_set(v, gguf, failure);
}

bool vocabulary_ends_text(const struct vocabulary *v, uint32_t token) {
    return token < v->count && (v->attributes[token] & TOKEN_ENDS_TEXT);
}

uint32_t vocabulary_find(const struct vocabulary *v, const uint8_t *text, size_t length) {
    if (length == 0) return NO_TOKEN;
    int32_t token = text_table_find(&v->table, text, length);
    return token < 0 ? NO_TOKEN : (uint32_t)token;
}

uint32_t vocabulary_find_plain(const struct vocabulary *v, const uint8_t *text, size_t length) {
    uint32_t token = vocabulary_find(v, text, length);
    return token != NO_TOKEN && !(v->attributes[token] & TOKEN_IS_RESERVED) ? token : NO_TOKEN;
}

#include "engine/tokenizer/byte_pairs.h"

#include "engine/tokenizer/byte_characters.h"
#include "shared/utf8.h"

enum { REPLACEMENT_BYTES = 3 };

void byte_pairs_take(struct byte_pairs *p, size_t capacity, struct arena *arena) {
    uint64_t symbols = (uint64_t)capacity * REPLACEMENT_BYTES;
    p->characters.codes = arena_take(arena, capacity, sizeof(uint32_t));
    p->characters.classes = arena_take(arena, capacity, sizeof(uint8_t));
    p->bytes = arena_take(arena, symbols, BYTE_CHARACTER_BYTES_MAX);
    merger_take(&p->merger, symbols, arena);
}

// Reads a character as llama.cpp does, which takes surrogates and forms that are longer than needed.
static uint32_t next_character(const uint8_t *text, size_t length, size_t *at) {
    uint8_t first = text[(*at)++];
    if (first < 0x80) return first;
    if (first < 0xc0 || first >= 0xf8) return UTF8_REPLACEMENT;
    size_t more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (more > length - *at) return UTF8_REPLACEMENT;
    uint32_t character = first & (0x3fu >> more);
    for (size_t i = 0; i < more; i++) {
        if ((text[*at + i] & 0xc0) != 0x80) return UTF8_REPLACEMENT;
        character = character << 6 | (text[*at + i] & 0x3f);
    }
    if (character > 0x10ffff) return UTF8_REPLACEMENT;
    *at += more;
    return character;
}

static void read_characters(struct characters *characters, const uint8_t *text, size_t length) {
    characters->count = 0;
    for (size_t at = 0; at < length;) {
        characters->codes[characters->count++] = next_character(text, length, &at);
    }
}

// Makes the symbols of a word, and returns how many bytes they have.
static size_t write_word(struct byte_pairs *p, size_t from, size_t behind) {
    size_t size = 0;
    merger_clear(&p->merger, p->bytes);
    for (size_t i = from; i < behind; i++) {
        char encoded[UTF8_BYTES_MAX];
        size_t length = utf8_encode(p->characters.codes[i], encoded);
        for (size_t byte = 0; byte < length; byte++) {
            uint32_t written = byte_character((uint8_t)encoded[byte], p->bytes + size);
            merger_add(&p->merger, written);
            size += written;
        }
    }
    return size;
}

static uint32_t key_of(const void *context, const uint8_t *left, size_t left_length, size_t right_length) {
    const struct vocabulary *v = context;
    int32_t rank = text_table_find_pair(&v->merges, left, left_length, right_length);
    return rank < 0 ? MERGE_NONE : (uint32_t)rank;
}

// What was merged but is no token becomes those of its characters.
static size_t put_characters(const struct vocabulary *v, const uint8_t *text, size_t length,
                             uint32_t *tokens) {
    size_t count = 0;
    for (size_t at = 0, bytes; at < length; at += bytes) {
        bytes = text[at] < 0x80 ? 1 : 2;
        uint32_t token = vocabulary_find_plain(v, text + at, bytes);
        if (token != NO_TOKEN) tokens[count++] = token;
    }
    return count;
}

static size_t encode_word(struct byte_pairs *p, const struct vocabulary *v, size_t size, uint32_t *tokens) {
    if (v->pre.ignore_merges) {
        uint32_t token = vocabulary_find_plain(v, p->bytes, size);
        if (token != NO_TOKEN) {
            tokens[0] = token;
            return 1;
        }
    }
    size_t count = 0;
    merger_run(&p->merger, key_of, v);
    for (uint32_t i = 0; i != MERGE_NONE; i = p->merger.symbols[i].next) {
        const struct merge_symbol *symbol = &p->merger.symbols[i];
        const uint8_t *bytes = p->bytes + symbol->start;
        uint32_t token = vocabulary_find_plain(v, bytes, symbol->length);
        if (token != NO_TOKEN) tokens[count++] = token;
        else count += put_characters(v, bytes, symbol->length, tokens + count);
    }
    return count;
}

size_t byte_pairs_encode(struct byte_pairs *p, const struct vocabulary *v, const uint8_t *text,
                         size_t length, uint32_t *tokens) {
    size_t count = 0;
    struct characters *characters = &p->characters;
    read_characters(characters, text, length);
    pre_tokenizer_split(v->pre.kind, characters);
    for (size_t at = 0, behind; at < characters->count; at = behind) {
        behind = at + 1;
        while (behind < characters->count && !(characters->classes[behind] & WORD_START)) behind++;
        size_t size = write_word(p, at, behind);
        count += encode_word(p, v, size, tokens + count);
    }
    return count;
}

#include "engine/llama2c/tokenizer.h"

#include "engine/base/text.h"

enum { FILE_HEADER_BYTES = 4, ENTRY_HEADER_BYTES = 8 };

// FNV-1a, over two texts as if they were one.
static uint32_t hash(const uint8_t *first, size_t first_length, const uint8_t *second,
                     size_t second_length) {
    uint32_t value = 2166136261u;
    for (size_t i = 0; i < first_length; i++) value = (value ^ first[i]) * 16777619u;
    for (size_t i = 0; i < second_length; i++) value = (value ^ second[i]) * 16777619u;
    return value;
}

static bool is_concatenation(const struct token_piece *piece, const uint8_t *first, size_t first_length,
                             const uint8_t *second, size_t second_length) {
    return piece->length == first_length + second_length && memcmp(piece->text, first, first_length) == 0 &&
           (second_length == 0 || memcmp(piece->text + first_length, second, second_length) == 0);
}

// The place of the text in the table, or the free place where it belongs: there always is one, the table
// being at least twice as large as the vocabulary.
static uint32_t place_of(const struct tokenizer *t, const uint8_t *first, size_t first_length,
                         const uint8_t *second, size_t second_length) {
    uint32_t place = hash(first, first_length, second, second_length) & t->table_mask;
    while (t->table[place] != TOKEN_NONE &&
           !is_concatenation(&t->pieces[t->table[place]], first, first_length, second, second_length)) {
        place = (place + 1) & t->table_mask;
    }
    return place;
}

int32_t tokenizer_find(const struct tokenizer *t, const uint8_t *first, size_t first_length,
                       const uint8_t *second, size_t second_length) {
    return t->table[place_of(t, first, first_length, second, second_length)];
}

static void build_table(struct tokenizer *t) {
    for (uint64_t i = 0; i <= t->table_mask; i++) t->table[i] = TOKEN_NONE;
    for (uint32_t id = 0; id < t->vocabulary; id++) {
        const struct token_piece *piece = &t->pieces[id];
        uint32_t place = place_of(t, piece->text, piece->length, NULL, 0);
        if (t->table[place] == TOKEN_NONE) t->table[place] = (int32_t)id; // the first of equals
    }
}

static bool read_pieces(struct tokenizer *t, const uint8_t *file, uint64_t file_bytes,
                        struct failure *failure) {
    uint64_t position = FILE_HEADER_BYTES;
    uint32_t id = 0;
    for (; position < file_bytes && id < t->vocabulary; id++) {
        int32_t length;
        if (file_bytes - position < ENTRY_HEADER_BYTES) {
            return fail(failure, "it is damaged: it ends inside token %u", id);
        }
        memcpy(&t->pieces[id].score, file + position, sizeof(float));
        memcpy(&length, file + position + sizeof(float), sizeof length);
        position += ENTRY_HEADER_BYTES;
        if (length < 0 || (uint64_t)length > file_bytes - position) {
            return fail(failure, "it is damaged: token %u claims %d bytes", id, length);
        }
        t->pieces[id].text = file + position;
        t->pieces[id].length = (uint32_t)length;
        if ((uint32_t)length > t->longest_bytes) t->longest_bytes = (uint32_t)length;
        position += (uint64_t)length;
    }
    if (id < t->vocabulary) {
        return fail(failure, "it has %u tokens, and the model's vocabulary has %u", id, t->vocabulary);
    }
    if (position < file_bytes) {
        return fail(failure, "it has more tokens than the model's vocabulary, which has %u", t->vocabulary);
    }
    return true;
}

bool tokenizer_set_up(struct tokenizer *t, const uint8_t *file, uint64_t file_bytes, uint32_t vocabulary,
                      struct arena *arena, struct failure *failure) {
    uint64_t table_size = 4;
    while (table_size < 2 * (uint64_t)vocabulary) table_size *= 2;
    t->vocabulary = vocabulary;
    t->longest_bytes = 0;
    t->table_mask = (uint32_t)(table_size - 1);
    t->pieces = arena_take(arena, vocabulary, sizeof(struct token_piece));
    t->table = arena_take(arena, table_size, sizeof(int32_t));
    if (arena->base == NULL) return true;
    if (file_bytes < FILE_HEADER_BYTES) return fail(failure, "it is damaged: it has no tokens");
    if (!read_pieces(t, file, file_bytes, failure)) return false;
    build_table(t);
    return true;
}

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// A token for a byte has a text of the form <0x0A>.
static bool names_byte(const struct token_piece *piece, uint8_t *byte) {
    const uint8_t *text = piece->text;
    if (piece->length != 6 || memcmp(text, "<0x", 3) != 0 || text[5] != '>') return false;
    int high = hex_digit(text[3]), low = hex_digit(text[4]);
    if (high < 0 || low < 0) return false;
    *byte = (uint8_t)(high << 4 | low);
    return true;
}

struct token_piece tokenizer_decode(const struct tokenizer *t, uint32_t previous, uint32_t token,
                                    uint8_t *byte) {
    struct token_piece piece = t->pieces[token];
    if (token == TOKEN_BOS || token == TOKEN_EOS) {
        piece.length = 0;
    } else if (names_byte(&piece, byte)) {
        piece.text = byte;
        piece.length = 1;
    } else if (previous == TOKEN_BOS && piece.length > 0 && piece.text[0] == ' ') {
        piece.text++; // the encoder puts a space before every text
        piece.length--;
    }
    return piece;
}

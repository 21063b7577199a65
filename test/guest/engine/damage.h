// Damages GGUFs where it hurts: headers, tables of tensors and vocabularies, with the numbers that bounds are
// forgotten for. The same seed does the same.
#ifndef ZOSIA_TEST_DAMAGE_H
#define ZOSIA_TEST_DAMAGE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "whole.h"

enum { DAMAGE_ROOM = 4096 }; // bytes by which damage makes an image longer, at most

struct image {
    uint8_t *bytes;
    uint64_t size;
};

static uint64_t damage_state;

static uint64_t draw(uint64_t below) {
    damage_state ^= damage_state << 13;
    damage_state ^= damage_state >> 7;
    damage_state ^= damage_state << 17;
    return below == 0 ? 0 : (damage_state >> 16) % below;
}

static void damage_seed(uint64_t seed, uint64_t number) {
    damage_state = (seed * 0x9e3779b97f4a7c15u) ^ ((number + 1) * 0xbf58476d1ce4e5b9u);
    if (damage_state == 0) damage_state = 1;
    for (int i = 0; i < 8; i++) draw(1);
}

static uint64_t strange_number(void) {
    static const uint64_t numbers[] = {
        0,           1,          2,          3,          31,         0x7f,          0xff,
        0x7fff,      0xffff,     0x10000,    0x1000000,  0x7fffffff, 0x80000000,    0xffffffff,
        0x100000000, INT64_MAX,  1ull << 63, UINT64_MAX, 1ull << 62, 1ull << 61,    0x7fc00000,
        0x7f800000,  0x00000001, 0x3f800000, 0xff800000, 1ull << 58, UINT64_MAX - 7};
    if (draw(3) == 0) return draw(600);
    return numbers[draw(sizeof numbers / sizeof numbers[0])];
}

static uint64_t number_at(const struct image *image, struct field field) {
    uint64_t number = 0;
    memcpy(&number, image->bytes + field.at, field.bytes);
    return number;
}

static void set_number(struct image *image, struct field field, uint64_t number) {
    if (field.at + field.bytes <= image->size) memcpy(image->bytes + field.at, &number, field.bytes);
}

static void remove_bytes(struct image *image, uint64_t at, uint64_t bytes) {
    if (at > image->size || bytes > image->size - at) return;
    memmove(image->bytes + at, image->bytes + at + bytes, image->size - at - bytes);
    image->size -= bytes;
}

static void insert_bytes(struct image *image, const struct whole *w, uint64_t at, const void *from,
                         uint64_t bytes) {
    if (at > image->size || bytes > w->size + DAMAGE_ROOM - image->size) return;
    uint8_t *copy = malloc(bytes + 1);
    memcpy(copy, from, bytes);
    memmove(image->bytes + at + bytes, image->bytes + at, image->size - at);
    memcpy(image->bytes + at, copy, bytes);
    image->size += bytes;
    free(copy);
}

static void count_one_more(struct image *image, uint64_t at, int64_t more) {
    struct field field = {at, 8};
    if (image->size >= at + 8) set_number(image, field, number_at(image, field) + (uint64_t)more);
}

// A key in front of the others, which so counts instead of one of the same name.
static void insert_key(struct image *image, const struct whole *w) {
    static const char *const keys[] = {"%s.embedding_length",
                                       "%s.feed_forward_length",
                                       "%s.block_count",
                                       "%s.attention.head_count",
                                       "%s.attention.head_count_kv",
                                       "%s.attention.key_length",
                                       "%s.attention.value_length",
                                       "%s.context_length",
                                       "%s.rope.dimension_count",
                                       "%s.rope.freq_base",
                                       "%s.rope.freq_base_swa",
                                       "%s.rope.scaling.factor",
                                       "%s.rope.scaling.attn_factor",
                                       "%s.attention.scale",
                                       "%s.rope.scaling.original_context_length",
                                       "%s.attention.layer_norm_rms_epsilon",
                                       "%s.attention.sliding_window",
                                       "%s.attention.sliding_window_pattern",
                                       "%s.expert_count",
                                       "general.alignment",
                                       "tokenizer.ggml.bos_token_id",
                                       "tokenizer.ggml.eos_token_id",
                                       "tokenizer.ggml.unknown_token_id",
                                       "tokenizer.ggml.eot_token_id",
                                       "tokenizer.ggml.add_bos_token",
                                       "tokenizer.ggml.add_eos_token",
                                       "tokenizer.ggml.add_space_prefix",
                                       "tokenizer.ggml.prefix_token_id",
                                       "tokenizer.ggml.scores",
                                       "tokenizer.ggml.token_type"};
    static const uint8_t type_sizes[GGUF_TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    struct gguf_string name = {(const uint8_t *)"", 0};
    char shown[32], key[96];
    uint8_t entry[256];
    gguf_text(&w->gguf, "general.architecture", &name);
    snprintf(shown, sizeof shown, "%.*s", (int)name.length, (const char *)name.text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    uint64_t length = (uint64_t)snprintf(key, sizeof key, keys[draw(sizeof keys / sizeof keys[0])], shown);
#pragma GCC diagnostic pop
    uint32_t type = draw(2) ? GGUF_UINT32 : (uint32_t)draw(GGUF_TYPES), element = type;
    uint64_t count = 1, at = 0;
    memcpy(entry + at, &length, 8), at += 8;
    memcpy(entry + at, key, length), at += length;
    if (draw(6) == 0) {
        uint32_t array = GGUF_ARRAY;
        element = (uint32_t)draw(GGUF_TYPES);
        count = draw(3);
        memcpy(entry + at, &array, 4), at += 4;
        memcpy(entry + at, &element, 4), at += 4;
        memcpy(entry + at, &count, 8), at += 8;
    } else {
        memcpy(entry + at, &type, 4), at += 4;
    }
    for (uint64_t i = 0; i < count; i++) {
        uint64_t number = strange_number();
        if (element == GGUF_STRING) number = 0;
        memcpy(entry + at, &number, 8), at += element == GGUF_STRING ? 8 : type_sizes[element];
    }
    insert_bytes(image, w, 24, entry, at);
    count_one_more(image, 16, 1);
}

// Repeats an entry, or leaves it out, and mostly counts it.
static void repeat_or_drop(struct image *image, const struct whole *w) {
    size_t entry = draw(w->entry_count - 1);
    uint64_t begin = w->entries[entry], bytes = w->entries[entry + 1] - begin;
    bool drops = draw(2), counted = draw(4) != 0;
    if (drops) remove_bytes(image, begin, bytes);
    else insert_bytes(image, w, begin, w->bytes + begin, bytes);
    uint64_t counter = entry < w->gguf.value_count ? 16 : 8;
    if (counted) count_one_more(image, counter, drops ? -1 : 1);
}

static void damage_field(struct image *image, const struct whole *w) {
    struct field field = w->fields[draw(w->field_count)], other = w->fields[draw(w->field_count)];
    // Those of 8 bytes are mostly lengths, behind which all moves.
    if (field.bytes == 8 && draw(2)) field = w->fields[draw(w->field_count)];
    if (field.at + field.bytes > image->size || other.at + other.bytes > image->size) return;
    uint64_t number = number_at(image, field);
    switch (draw(6)) {
    case 0: set_number(image, field, number + 1); break;
    case 1: set_number(image, field, number - 1); break;
    case 2: set_number(image, field, number_at(image, other)); break;
    case 3: set_number(image, field, number << draw(64)); break;
    default: set_number(image, field, strange_number());
    }
}

// Another type for a tensor: its data become blocks of anything.
static void retype_tensor(struct image *image, const struct whole *w) {
    static const uint32_t types[] = {0, 1, 30, 8, 2, 3, 6, 7, 20, 39, 10, 11, 12, 13, 14};
    uint64_t tensor = w->gguf.value_count + draw(w->gguf.tensor_count);
    if (w->gguf.tensor_count == 0) return;
    struct field field = {w->entries[tensor + 1] - 12, 4};
    set_number(image, field, types[draw(sizeof types / sizeof types[0])]);
}

// A tensor of floats that begins between two of them, in a file that allows it.
static void shift_tensor(struct image *image, const struct whole *w) {
    if (w->gguf.tensor_count == 0) return;
    uint64_t tensor = w->gguf.value_count + draw(w->gguf.tensor_count);
    struct field field = {w->entries[tensor + 1] - 8, 8};
    set_number(image, field, number_at(image, field) + draw(9));
    const char key[] = "general.alignment";
    uint8_t entry[64];
    uint64_t length = sizeof key - 1;
    uint32_t type = GGUF_UINT32, alignment = 1u << draw(4);
    memcpy(entry, &length, 8);
    memcpy(entry + 8, key, length);
    memcpy(entry + 8 + length, &type, 4);
    memcpy(entry + 12 + length, &alignment, 4);
    insert_bytes(image, w, 24, entry, 16 + length);
    count_one_more(image, 16, 1);
}

static void damage_weights(struct image *image, const struct whole *w) {
    static const uint32_t floats[] = {0x7fc00000, 0x7f800000, 0xff800000, 1, 0x7f7fffff, 0xffffffff};
    if (w->header_end >= image->size) return;
    for (uint64_t left = 1 + draw(200); left > 0; left--) {
        uint64_t at = w->header_end + draw(image->size - w->header_end);
        at -= at % 4;
        set_number(image, (struct field){at, 4}, floats[draw(6)]);
    }
}

static void damage_once(struct image *image, const struct whole *w) {
    uint64_t most = w->header_end < image->size ? w->header_end : image->size;
    uint64_t at = draw(most);
    if (image->size < 64) return;
    switch (draw(17)) {
    case 0: image->bytes[at] ^= (uint8_t)(1 << draw(8)); break;
    case 1: image->bytes[at] = (uint8_t)strange_number(); break;
    case 2: set_number(image, (struct field){at, 4}, strange_number()); break;
    case 3: set_number(image, (struct field){at, 8}, strange_number()); break;
    case 4: remove_bytes(image, at, draw(16)); break;
    case 5: insert_bytes(image, w, at, w->bytes + draw(w->size - 16), draw(16)); break;
    case 6: repeat_or_drop(image, w); break;
    case 7: image->size = draw(8) ? at : draw(image->size); break;
    case 8: damage_weights(image, w); break;
    case 9:
    case 10: retype_tensor(image, w); break;
    case 11:
    case 12: insert_key(image, w); break;
    case 13: shift_tensor(image, w); break;
    default: damage_field(image, w);
    }
}

static void damage_some(struct image *image, const struct whole *w) {
    for (uint64_t left = 1 + draw(3) * draw(2); left > 0; left--) damage_once(image, w);
}

// Makes image `number` of a seed, of memory for the whole and DAMAGE_ROOM more. Number 0 is whole.
static void damage(struct image *image, const struct whole *w, uint64_t seed, uint64_t number) {
    damage_seed(seed, number);
    memcpy(image->bytes, w->bytes, w->size);
    image->size = w->size;
    if (number == 0) return;
    damage_some(image, w);
    // Mostly what moved has room behind it: the end of the file is a reason for everything.
    uint64_t whole_size = w->size + DAMAGE_ROOM;
    if (image->size + 2 * DAMAGE_ROOM < whole_size || draw(8) == 0) return;
    memset(image->bytes + image->size, 0, whole_size - image->size);
    image->size = whole_size;
}

#endif

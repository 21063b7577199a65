// Where a GGUF has its numbers and entries.
#ifndef ZOSIA_TEST_WHOLE_H
#define ZOSIA_TEST_WHOLE_H

#include <stdlib.h>

#include "engine/gguf/gguf.h"

// A number of the file.
struct field {
    uint64_t at;
    unsigned bytes;
};

// The file that is damaged, and where its numbers are. What is repeated or left out whole are its entries.
struct whole {
    const uint8_t *bytes;
    uint64_t size, header_end;
    struct gguf gguf;
    struct field *fields;
    size_t field_count;
    uint64_t *entries; // where each key and each tensor begins, and where the last ends
    size_t entry_count;
};

static void note_field(struct whole *w, const uint8_t *at, unsigned bytes) {
    w->fields[w->field_count++] = (struct field){(uint64_t)(at - w->bytes), bytes};
}

static void note_value(struct whole *w, const struct gguf_value *value) {
    const uint8_t *key = value->key.text;
    w->entries[w->entry_count++] = (uint64_t)(key - 8 - w->bytes);
    note_field(w, key - 8, 8);
    note_field(w, key + value->key.length, 4);
    if (value->type == GGUF_ARRAY) {
        note_field(w, key + value->key.length + 4, 4);
        note_field(w, key + value->key.length + 8, 8);
    }
    uint32_t type = value->type == GGUF_ARRAY ? value->element_type : value->type;
    if (type != GGUF_STRING) {
        note_field(w, value->data, type >= GGUF_UINT64 ? 8 : type == GGUF_BOOL || type < 2 ? 1 : 4);
        return;
    }
    // Of long arrays the first lengths: the others are hit by what is hit at random.
    const uint8_t *at = value->data;
    for (uint64_t i = 0; i < value->count && i < 8; i++) {
        note_field(w, at, 8);
        gguf_next_string(&at);
    }
}

static void note_tensor(struct whole *w, uint64_t begin, const struct gguf_tensor *tensor) {
    const uint8_t *behind = tensor->name.text + tensor->name.length;
    w->entries[w->entry_count++] = begin;
    note_field(w, w->bytes + begin, 8);
    note_field(w, behind, 4);
    for (unsigned i = 0; i < tensor->dimensions; i++) note_field(w, behind + 4 + 8 * i, 8);
    note_field(w, behind + 4 + 8 * tensor->dimensions, 4);
    note_field(w, behind + 8 + 8 * tensor->dimensions, 8);
}

static bool whole_read(struct whole *w, const uint8_t *bytes, uint64_t size) {
    struct failure failure;
    w->bytes = bytes;
    w->size = size;
    if (gguf_read(&w->gguf, bytes, size, &failure) != GGUF_READ) return false;
    size_t entries = w->gguf.value_count + w->gguf.tensor_count + 1;
    w->fields = calloc(entries * 12 + 3, sizeof *w->fields);
    w->entries = calloc(entries, sizeof *w->entries);
    note_field(w, bytes + 4, 4);
    note_field(w, bytes + 8, 8);
    note_field(w, bytes + 16, 8);
    for (unsigned i = 0; i < w->gguf.value_count; i++) note_value(w, &w->gguf.values[i]);
    uint64_t position = w->gguf.tensors_at;
    for (uint64_t i = 0; i < w->gguf.tensor_count; i++) {
        uint64_t begin = position;
        struct gguf_tensor tensor = gguf_next_tensor(&w->gguf, &position);
        note_tensor(w, begin, &tensor);
    }
    w->entries[w->entry_count++] = w->header_end = position;
    return true;
}

#endif

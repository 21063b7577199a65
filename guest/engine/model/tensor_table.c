#include "engine/model/tensor_table.h"

#include "engine/base/text.h"

enum { TENSORS_MAX = 1 << 20 };

const char *tensor_shown_name(const struct tensor *tensor, char out[84]) {
    uint64_t length = tensor->entry.name.length;
    if (length > 80) length = 80;
    for (uint64_t i = 0; i < length; i++) {
        uint8_t c = tensor->entry.name.text[i];
        out[i] = c >= 0x20 && c < 0x7f ? (char)c : '?';
    }
    out[length] = '\0';
    return out;
}

// Fills in the sizes. ggml wants each tensor to begin at a multiple of the alignment.
static bool measure(struct tensor *tensor, const struct gguf *file, uint64_t data_bytes,
                    struct failure *failure) {
    const struct gguf_tensor *entry = &tensor->entry;
    char name[84];
    tensor_shown_name(tensor, name);
    tensor->type = tensor_type_numbered(entry->type);
    if (tensor->type == NULL) {
        return fail(failure,
                    "the tensor %s has the type %u of ggml, which this machine does not compute with", name,
                    entry->type);
    }
    uint64_t rows, end;
    if (!tensor_row_bytes(tensor->type, entry->sizes[0], &tensor->row_bytes)) {
        return fail(failure, "it is damaged: rows of the tensor %s are no whole number of blocks", name);
    }
    bool overflow = __builtin_mul_overflow(entry->sizes[1], entry->sizes[2], &rows) ||
                    __builtin_mul_overflow(rows, entry->sizes[3], &rows) ||
                    __builtin_mul_overflow(rows, tensor->row_bytes, &tensor->bytes) ||
                    __builtin_add_overflow(entry->offset, tensor->bytes, &end);
    if (overflow || end > data_bytes || entry->offset % file->alignment != 0) {
        return fail(failure, "it is damaged: the tensor %s is not all within it", name);
    }
    return true;
}

bool tensor_table_read(struct tensor_table *table, const struct gguf *files, const uint64_t *data_bytes,
                       uint32_t count, struct arena *arena, struct failure *failure) {
    uint64_t all = 0;
    for (uint32_t part = 0; part < count; part++) {
        if (files[part].tensor_count > TENSORS_MAX - all) return fail(failure, "it has too many tensors");
        all += files[part].tensor_count;
    }
    table->count = (uint32_t)all;
    table->tensors = arena_take(arena, all, sizeof(struct tensor));
    if (arena->base == NULL) return true;
    struct tensor *tensor = table->tensors;
    for (uint32_t part = 0; part < count; part++) {
        uint64_t position = files[part].tensors_at;
        for (uint64_t i = 0; i < files[part].tensor_count; i++, tensor++) {
            *tensor = (struct tensor){.entry = gguf_next_tensor(&files[part], &position), .part = part};
            if (!measure(tensor, &files[part], data_bytes[part], failure)) return false;
        }
    }
    return true;
}

struct tensor *tensor_find(struct tensor_table *table, int block, const char *name) {
    char full[96];
    if (block < 0) text_format(full, sizeof full, "%s", name);
    else text_format(full, sizeof full, "blk.%d.%s", block, name);
    size_t length = text_length(full);
    for (uint32_t i = 0; i < table->count; i++) {
        struct tensor *tensor = &table->tensors[i];
        if (tensor->entry.name.length != length || memcmp(tensor->entry.name.text, full, length) != 0)
            continue;
        tensor->is_used = true;
        return tensor;
    }
    return NULL;
}

bool tensor_table_is_used_up(const struct tensor_table *table, struct failure *failure) {
    char name[84];
    for (uint32_t i = 0; i < table->count; i++) {
        if (table->tensors[i].is_used) continue;
        return fail(failure, "it has a tensor %s, which this machine does not compute with",
                    tensor_shown_name(&table->tensors[i], name));
    }
    return true;
}

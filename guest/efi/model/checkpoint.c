#include "checkpoint.h"

#include "text.h"
#include "tokenizer.h"

enum {
    MAGIC = 0x616b3432, // "ak42"
    LEGACY_HEADER_BYTES = 7 * 4,
    // After the magic and the version; two more fields follow the seven numbers, unaligned.
    CONFIG_OFFSET = 8,
    SHARED_CLASSIFIER_OFFSET = 36,
    GROUP_SIZE_OFFSET = 37,
    // The products of a larger group might not fit into 32 bits (products.h).
    MAX_GROUP_SIZE = 65535,
};

static uint32_t read_uint32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

// A cursor over the weights that only counts until it is given their address.
struct cursor {
    const uint8_t *base;
    uint64_t offset;
    bool overflow;
};

static const uint8_t *take(struct cursor *cursor, uint64_t count, uint64_t size) {
    uint64_t start = cursor->offset, bytes;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(start, bytes, &cursor->offset)) {
        cursor->overflow = true;
    }
    return cursor->base == NULL || cursor->overflow ? NULL : cursor->base + start;
}

static const float *take_floats(struct cursor *cursor, uint64_t rows, uint64_t columns) {
    return (const float *)take(cursor, rows * columns, sizeof(float));
}

static struct matrix_stack take_matrices(struct cursor *cursor, uint32_t group_size, uint64_t count,
                                         uint32_t rows, uint32_t columns) {
    uint64_t values = (uint64_t)rows * columns;
    uint64_t bytes = 0;
    bool overflow = group_size == 0
                        ? __builtin_mul_overflow(values, sizeof(float), &bytes)
                        : __builtin_add_overflow(values, values / group_size * sizeof(float), &bytes);
    if (overflow) cursor->overflow = true;
    return (struct matrix_stack){take(cursor, count, bytes), bytes, rows, columns};
}

// The tensors in the order of legacy_export in export.py. Nothing reads the tables of the rotary
// embedding that stand before the classifier.
static void lay_out_legacy(struct checkpoint *c, struct cursor *cursor) {
    const struct shape *s = &c->shape;
    c->embedding = take_matrices(cursor, 0, 1, s->vocabulary, s->dim);
    c->attention_norm = take_floats(cursor, s->layers, s->dim);
    c->wq = take_matrices(cursor, 0, s->layers, s->dim, s->dim);
    c->wk = take_matrices(cursor, 0, s->layers, s->kv_dim, s->dim);
    c->wv = take_matrices(cursor, 0, s->layers, s->kv_dim, s->dim);
    c->wo = take_matrices(cursor, 0, s->layers, s->dim, s->dim);
    c->ffn_norm = take_floats(cursor, s->layers, s->dim);
    c->w1 = take_matrices(cursor, 0, s->layers, s->hidden_dim, s->dim);
    c->w2 = take_matrices(cursor, 0, s->layers, s->dim, s->hidden_dim);
    c->w3 = take_matrices(cursor, 0, s->layers, s->hidden_dim, s->dim);
    c->final_norm = take_floats(cursor, 1, s->dim);
    take_floats(cursor, s->context, s->head_dim); // half of it cosines, half sines
}

// The order of version1_export and version2_export.
static void lay_out_versioned(struct checkpoint *c, struct cursor *cursor) {
    const struct shape *s = &c->shape;
    uint32_t group = c->group_size;
    c->attention_norm = take_floats(cursor, s->layers, s->dim);
    c->ffn_norm = take_floats(cursor, s->layers, s->dim);
    c->final_norm = take_floats(cursor, 1, s->dim);
    c->embedding = take_matrices(cursor, group, 1, s->vocabulary, s->dim);
    c->wq = take_matrices(cursor, group, s->layers, s->dim, s->dim);
    c->wk = take_matrices(cursor, group, s->layers, s->kv_dim, s->dim);
    c->wv = take_matrices(cursor, group, s->layers, s->kv_dim, s->dim);
    c->wo = take_matrices(cursor, group, s->layers, s->dim, s->dim);
    c->w1 = take_matrices(cursor, group, s->layers, s->hidden_dim, s->dim);
    c->w2 = take_matrices(cursor, group, s->layers, s->dim, s->hidden_dim);
    c->w3 = take_matrices(cursor, group, s->layers, s->hidden_dim, s->dim);
}

static void lay_out(struct checkpoint *c, struct cursor *cursor) {
    if (c->version == 0) lay_out_legacy(c, cursor);
    else lay_out_versioned(c, cursor);
    c->classifier = c->embedding;
    if (!c->shared_classifier) {
        c->classifier = take_matrices(cursor, c->group_size, 1, c->shape.vocabulary, c->shape.dim);
    }
}

static bool read_shape(struct shape *shape, const uint8_t *config, struct failure *failure) {
    static const char *const names[] = {"dim",        "hidden_dim", "n_layers", "n_heads",
                                        "n_kv_heads", "vocab_size", "seq_len"};
    uint32_t numbers[7];
    for (int i = 0; i < 7; i++) {
        numbers[i] = read_uint32(config + 4 * i);
        if (numbers[i] == 0 || numbers[i] > INT32_MAX) {
            return fail(failure, "it is damaged, or no llama2.c checkpoint: its %s is %d", names[i],
                        (int)numbers[i]);
        }
    }
    *shape = (struct shape){numbers[0], numbers[1], numbers[2], numbers[3], numbers[4],
                            numbers[5], numbers[6], 0,          0};
    if (shape->dim % shape->heads != 0 || shape->dim / shape->heads % 2 != 0) {
        return fail(failure, "it is damaged: %u heads cannot share %u dimensions", shape->heads,
                    shape->dim);
    }
    if (shape->heads % shape->kv_heads != 0) {
        return fail(failure, "it is damaged: %u key heads cannot serve %u heads", shape->kv_heads,
                    shape->heads);
    }
    if (shape->vocabulary <= TOKEN_EOS) {
        return fail(failure, "it is damaged: a vocabulary of %u has no end of text", shape->vocabulary);
    }
    shape->head_dim = shape->dim / shape->heads;
    shape->kv_dim = shape->head_dim * shape->kv_heads;
    return true;
}

// In a legacy file a negative vocabulary size means that there is a classifier besides the embedding.
static bool read_legacy(struct checkpoint *c, const uint8_t *head, struct failure *failure) {
    uint8_t config[LEGACY_HEADER_BYTES];
    memcpy(config, head, sizeof config);
    uint32_t vocabulary = read_uint32(config + 5 * 4);
    c->shared_classifier = vocabulary <= INT32_MAX;
    if (!c->shared_classifier) vocabulary = 0 - vocabulary;
    memcpy(config + 5 * 4, &vocabulary, sizeof vocabulary);
    c->weights_offset = LEGACY_HEADER_BYTES;
    return read_shape(&c->shape, config, failure);
}

static bool read_versioned(struct checkpoint *c, const uint8_t *head, struct failure *failure) {
    c->version = read_uint32(head + 4);
    if (c->version != 1 && c->version != 2) {
        return fail(failure, "it is a checkpoint of version %u, which nothing here reads", c->version);
    }
    c->shared_classifier = head[SHARED_CLASSIFIER_OFFSET] != 0;
    c->weights_offset = CHECKPOINT_HEAD_BYTES;
    if (!read_shape(&c->shape, head + CONFIG_OFFSET, failure)) return false;
    if (c->version == 1) return true;
    c->group_size = read_uint32(head + GROUP_SIZE_OFFSET);
    if (c->group_size == 0 || c->group_size > MAX_GROUP_SIZE || c->shape.dim % c->group_size != 0 ||
        c->shape.hidden_dim % c->group_size != 0) {
        return fail(failure, "it is damaged: groups of %u do not fill rows of %u and %u", c->group_size,
                    c->shape.dim, c->shape.hidden_dim);
    }
    return true;
}

bool checkpoint_read_header(struct checkpoint *checkpoint, const uint8_t *head, uint64_t file_bytes,
                            struct failure *failure) {
    *checkpoint = (struct checkpoint){0};
    bool legacy = file_bytes < 4 || read_uint32(head) != MAGIC;
    unsigned header_bytes = legacy ? LEGACY_HEADER_BYTES : CHECKPOINT_HEAD_BYTES;
    if (file_bytes < header_bytes) {
        return fail(failure, "it is no llama2.c checkpoint, having %u bytes", (unsigned)file_bytes);
    }
    bool read = legacy ? read_legacy(checkpoint, head, failure) : read_versioned(checkpoint, head, failure);
    if (!read) return false;

    struct cursor cursor = {0};
    lay_out(checkpoint, &cursor);
    uint64_t needed = checkpoint->weights_offset;
    if (cursor.overflow || __builtin_add_overflow(needed, cursor.offset, &needed)) {
        return fail(failure, "it is damaged: its shape is larger than any file");
    }
    if (needed != file_bytes) {
        return fail(failure, "it is damaged: it has %llu bytes, and a model of its shape has %llu",
                    (unsigned long long)file_bytes, (unsigned long long)needed);
    }
    checkpoint->weights_bytes = cursor.offset;
    return true;
}

void checkpoint_map(struct checkpoint *checkpoint, const uint8_t *weights) {
    struct cursor cursor = {.base = weights};
    lay_out(checkpoint, &cursor);
}

struct matrix checkpoint_matrix(const struct checkpoint *checkpoint, const struct matrix_stack *stack,
                                uint32_t index) {
    const uint8_t *data = stack->first + stack->matrix_bytes * index;
    struct matrix matrix = {.rows = stack->rows, .columns = stack->columns};
    if (checkpoint->group_size == 0) {
        matrix.floats = (const float *)data;
    } else {
        matrix.bytes = (const int8_t *)data;
        matrix.scales = (const float *)(data + matrix.rows * matrix.columns);
    }
    return matrix;
}

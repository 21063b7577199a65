#include "engine/llama2c/layout.h"

#include "engine/base/float_math.h"
#include "engine/base/text.h"

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

// The matrices of one kind, a layer's after another's.
struct matrix_stack {
    const uint8_t *first;
    uint64_t matrix_bytes;
    uint32_t rows;
    uint32_t columns;
};

struct layout {
    const float *attention_norm; // layers × dim
    const float *ffn_norm; // layers × dim
    const float *final_norm; // dim
    struct matrix_stack embedding; // one matrix: a row for each token
    struct matrix_stack wq, wk, wv, wo, w1, w2, w3;
    struct matrix_stack classifier; // one matrix; the embedding's if that is shared
};

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
static void lay_out_legacy(const struct checkpoint *c, struct layout *l, struct cursor *cursor) {
    const struct shape *s = &c->shape;
    uint32_t kv_dim = s->kv_heads * s->head_dim;
    l->embedding = take_matrices(cursor, 0, 1, s->vocabulary, s->dim);
    l->attention_norm = take_floats(cursor, s->layers, s->dim);
    l->wq = take_matrices(cursor, 0, s->layers, s->dim, s->dim);
    l->wk = take_matrices(cursor, 0, s->layers, kv_dim, s->dim);
    l->wv = take_matrices(cursor, 0, s->layers, kv_dim, s->dim);
    l->wo = take_matrices(cursor, 0, s->layers, s->dim, s->dim);
    l->ffn_norm = take_floats(cursor, s->layers, s->dim);
    l->w1 = take_matrices(cursor, 0, s->layers, s->hidden_dim, s->dim);
    l->w2 = take_matrices(cursor, 0, s->layers, s->dim, s->hidden_dim);
    l->w3 = take_matrices(cursor, 0, s->layers, s->hidden_dim, s->dim);
    l->final_norm = take_floats(cursor, 1, s->dim);
    take_floats(cursor, s->context, s->head_dim); // half of it cosines, half sines
}

// The order of version1_export and version2_export.
static void lay_out_versioned(const struct checkpoint *c, struct layout *l, struct cursor *cursor) {
    const struct shape *s = &c->shape;
    uint32_t kv_dim = s->kv_heads * s->head_dim;
    uint32_t group = c->group_size;
    l->attention_norm = take_floats(cursor, s->layers, s->dim);
    l->ffn_norm = take_floats(cursor, s->layers, s->dim);
    l->final_norm = take_floats(cursor, 1, s->dim);
    l->embedding = take_matrices(cursor, group, 1, s->vocabulary, s->dim);
    l->wq = take_matrices(cursor, group, s->layers, s->dim, s->dim);
    l->wk = take_matrices(cursor, group, s->layers, kv_dim, s->dim);
    l->wv = take_matrices(cursor, group, s->layers, kv_dim, s->dim);
    l->wo = take_matrices(cursor, group, s->layers, s->dim, s->dim);
    l->w1 = take_matrices(cursor, group, s->layers, s->hidden_dim, s->dim);
    l->w2 = take_matrices(cursor, group, s->layers, s->dim, s->hidden_dim);
    l->w3 = take_matrices(cursor, group, s->layers, s->hidden_dim, s->dim);
}

static void lay_out(const struct checkpoint *c, struct layout *l, struct cursor *cursor) {
    if (c->version == 0) lay_out_legacy(c, l, cursor);
    else lay_out_versioned(c, l, cursor);
    l->classifier = l->embedding;
    if (!c->shared_classifier) {
        l->classifier = take_matrices(cursor, c->group_size, 1, c->shape.vocabulary, c->shape.dim);
    }
}

bool checkpoint_weights_bytes(const struct checkpoint *checkpoint, uint64_t *bytes) {
    struct layout layout;
    struct cursor cursor = {0};
    lay_out(checkpoint, &layout, &cursor);
    *bytes = cursor.offset;
    return !cursor.overflow;
}

static struct matrix matrix_of(const struct checkpoint *c, const struct matrix_stack *stack,
                               uint32_t index) {
    const uint8_t *data = stack->first + stack->matrix_bytes * index;
    struct matrix matrix = {
        .type = tensor_type_of(c->group_size == 0 ? KIND_F32 : KIND_GROUPED),
        .data = data,
        .rows = stack->rows,
        .columns = stack->columns,
        .row_bytes = c->group_size == 0 ? stack->columns * sizeof(float) : stack->columns,
        .group = c->group_size,
    };
    if (c->group_size != 0) {
        matrix.scales = (const float *)(const void *)(data + (size_t)stack->rows * stack->columns);
    }
    return matrix;
}

static void fill_layer(const struct checkpoint *c, const struct layout *l, struct layer *layer,
                       uint32_t i) {
    size_t dim = c->shape.dim;
    *layer = (struct layer){
        .attention_norm = l->attention_norm + i * dim,
        .query = matrix_of(c, &l->wq, i),
        .key = matrix_of(c, &l->wk, i),
        .value = matrix_of(c, &l->wv, i),
        .output = matrix_of(c, &l->wo, i),
        .feed_forward_norm = l->ffn_norm + i * dim,
        .gate = matrix_of(c, &l->w1, i),
        .down = matrix_of(c, &l->w2, i),
        .up = matrix_of(c, &l->w3, i),
    };
}

void checkpoint_to_model(const struct checkpoint *c, const uint8_t *weights, struct model *model,
                         struct arena *arena) {
    *model = (struct model){
        .architecture = "llama2.c",
        .shape = c->shape,
        .norm_epsilon = 1e-5f,
        .attention_scale = 1 / float_sqrt((float)c->shape.head_dim),
        .embedding_scale = 1,
        .rope_pairs = ROPE_NEIGHBOURS,
        .rope_dimensions = c->shape.head_dim,
        .rope_magnitude = 1,
        .rope = {10000, 1, NULL},
        .is_llama2c = true,
        .group = c->group_size,
        .layers = arena_take(arena, c->shape.layers, sizeof(struct layer)),
    };
    if (arena->base == NULL || weights == NULL) return;
    struct layout layout;
    struct cursor cursor = {.base = weights};
    lay_out(c, &layout, &cursor);
    model->embedding = matrix_of(c, &layout.embedding, 0);
    model->classifier = matrix_of(c, &layout.classifier, 0);
    model->final_norm = layout.final_norm;
    for (uint32_t i = 0; i < c->shape.layers; i++) fill_layer(c, &layout, &model->layers[i], i);
}

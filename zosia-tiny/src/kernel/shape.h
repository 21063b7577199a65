#ifndef SHAPE_H
#define SHAPE_H

#include <stddef.h>

/* The sizes of a model, as in llama2.c's config. */
struct shape {
    int dim;
    int hidden;
    int layers;
    int heads;
    int kv_heads;
    int vocabulary;
    int context;
};

/*
 * Where the tensors start in one flat array, in the order of llama2.c's legacy checkpoint, so that the
 * array is the checkpoint's body. Per-layer tensors are followed by those of the next layer. The
 * embedding is the classifier too.
 */
struct layout {
    size_t embedding;
    size_t attention_norm, wq, wk, wv, wo;
    size_t ffn_norm, w1, w2, w3;
    size_t final_norm;
    size_t count;
};

static inline int head_width(const struct shape *s) { return s->dim / s->heads; }

static inline int kv_width(const struct shape *s) { return head_width(s) * s->kv_heads; }

struct layout layout_of(const struct shape *shape);

#endif

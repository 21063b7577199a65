// A model that is ready to be computed: its shape, and where its weights are. What reads a kind of file fills
// it in (from_gguf.h, from_checkpoint.h); the forward pass knows no files.
#ifndef ZOSIA_MODEL_H
#define ZOSIA_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/products/vectors.h"

enum { POSITIONS_MAX = 1 << 20 }; // that a context may have

enum rope_pairs {
    ROPE_NEIGHBOURS, // elements 2 i and 2 i + 1
    ROPE_HALVES, // elements i and i + dimensions / 2
};

// How the rotary embedding turns the pairs of a head. Angles are position · base^(-2 i / dimensions).
struct rope {
    float base;
    float position_scale;
    const float *factors; // dimensions / 2: each angle is divided by its own; NULL for none
};

enum activation { ACTIVATION_SILU, ACTIVATION_GELU };

struct shape {
    uint32_t dim;
    uint32_t hidden_dim;
    uint32_t layers;
    uint32_t heads;
    uint32_t kv_heads;
    uint32_t head_dim;
    uint32_t vocabulary;
    uint32_t context; // positions that the model was trained for
};

// Vectors are NULL where the model has none. Those of `dim` elements unless told otherwise.
struct layer {
    const float *attention_norm;
    struct matrix query, key, value;
    const float *query_bias, *key_bias, *value_bias; // as long as the matrix has rows
    const float *query_norm, *key_norm; // head_dim
    struct matrix output;
    const float *output_bias;
    const float *after_attention_norm;
    const float *feed_forward_norm;
    struct matrix gate, up, down;
    const float *after_feed_forward_norm;
    bool is_local; // attends to the last `window` positions alone, and turns by `local_rope`
};

struct model {
    const char *architecture;
    struct shape shape;
    float norm_epsilon;
    float attention_scale;
    bool scales_query; // before the product with the keys, and not after it
    float embedding_scale;
    enum activation activation;
    enum rope_pairs rope_pairs;
    uint32_t rope_dimensions; // of a head; the others are not turned
    float rope_magnitude; // of what is turned
    struct rope rope, local_rope;
    uint32_t window; // of local layers
    // Numbers are made as llama2.c makes them, to the last bit: keys and values stay floats. Otherwise as in
    // llama.cpp, which rounds them to F16.
    bool is_llama2c;
    uint32_t group; // values that share a scale in llama2.c's int8; otherwise 0

    struct matrix embedding; // a row for each token
    struct layer *layers;
    const float *final_norm;
    struct matrix classifier; // the embedding if there is no other
};

static inline uint32_t model_kv_dim(const struct model *model) {
    return model->shape.kv_heads * model->shape.head_dim;
}

#endif

// The forward pass of a model: tokens and their positions in, the logits of the next token out. Keys and values
// of earlier positions are kept.
#ifndef ZOSIA_TRANSFORMER_H
#define ZOSIA_TRANSFORMER_H

#include "engine/base/arena.h"
#include "engine/base/team.h"
#include "engine/model/model.h"
#include "engine/products/products.h"

enum { BATCH_MAX = 16 }; // positions that share a pass over the weights

// Keys, or values, of all layers and positions: F16, or floats where the model has llama2.c's numbers.
union cache {
    void *memory;
    uint16_t *halves;
    float *floats;
};

struct transformer {
    const struct model *model;
    const struct products *products;
    struct team *team; // NULL for none
    uint32_t context; // positions that are kept

    // Of each position of a batch:
    struct vectors normed; // dim: what goes into a layer's matrices
    struct vectors attended; // heads × head_dim
    struct vectors hidden; // hidden_dim
    float *x; // dim: the residual stream
    float *up; // hidden_dim
    float *query; // heads × head_dim
    float *key, *value; // kv_heads × head_dim
    float *added; // dim: what a half of a layer adds to x
    float *cosines, *sines; // rope_dimensions / 2
    float *local_cosines, *local_sines;

    float *scores; // heads × context
    union cache keys, values; // layers × context × kv_heads × head_dim
    float *logits; // vocabulary
    float *frequencies; // rope_dimensions / 2: llama2.c's
};

// Takes the memory for the state from the arena. If that is only measuring, nothing else is done. The context
// is at least 1, and at most POSITIONS_MAX.
void transformer_set_up(struct transformer *transformer, const struct model *model,
                        const struct products *products, struct team *team, uint32_t context,
                        struct arena *arena);

// Runs up to BATCH_MAX tokens, each below the vocabulary's size, which stand from `position` on; there is room
// for them in the context, and all earlier positions have been run.
void transformer_run(struct transformer *transformer, const uint32_t *tokens, uint32_t count,
                     uint32_t position);

// The logits of what follows the last token that was run, which stay until the next call.
float *transformer_logits(struct transformer *transformer);

#endif

// The forward pass of a Llama 2 transformer: a token and its position in, the logits of the next token
// out. Keys and values of earlier positions are kept.
#ifndef ZOSIA_TRANSFORMER_H
#define ZOSIA_TRANSFORMER_H

#include "arena.h"
#include "checkpoint.h"
#include "products.h"
#include "team.h"

// A vector as the matrices want it: float32, and for int8 matrices also int8 in groups with scales.
struct activation {
    float *floats;
    int8_t *bytes;
    float *scales;
};

struct transformer {
    const struct checkpoint *checkpoint;
    const struct products *products;
    struct team *team; // NULL for none

    float *x; // dim: the residual stream
    struct activation normed; // dim: what goes into a block's matrices
    struct activation hidden; // hidden_dim
    float *up; // hidden_dim
    float *query; // dim
    float *added; // dim: what a half of a block adds to x
    float *scores; // heads × context
    float *keys; // layers × context × kv_dim
    float *values; // layers × context × kv_dim
    float *logits; // vocabulary
    float *frequencies; // head_dim / 2: of the rotary embedding
    float *cosines, *sines; // head_dim / 2: of its angles at the current position
};

// Takes the memory for the state from the arena. If that is only measuring, nothing else is done;
// otherwise the checkpoint must have been mapped.
void transformer_set_up(struct transformer *transformer, const struct checkpoint *checkpoint,
                        const struct products *products, struct team *team, struct arena *arena);

// `token` is below the vocabulary size and `position` below the context; all earlier positions have been
// run. The logits are the transformer's own, and stay until the next call.
float *transformer_forward(struct transformer *transformer, uint32_t token, uint32_t position);

#endif

// Attention over the positions so far, and the rotary embedding that tells it where they are.
#ifndef ZOSIA_ATTENTION_H
#define ZOSIA_ATTENTION_H

#include "transformer.h"

// Fills in the frequencies; once.
void rotary_frequencies(struct transformer *transformer);
// Fills in the cosines and sines of a position.
void rotary_prepare(struct transformer *transformer, uint32_t position);
// Turns each pair of neighbouring elements of `heads` heads by its angle.
void rotary_turn(const struct transformer *transformer, float *vector, uint32_t heads);

// out: dim, one head's values after another's. `keys` and `values` are the block's, from position 0 on.
void attention(struct transformer *transformer, float *out, const float *keys, const float *values,
               uint32_t position);

#endif

// The rotary embedding, which tells attention where tokens stand.
#ifndef ZOSIA_ROTARY_H
#define ZOSIA_ROTARY_H

#include "engine/transformer/transformer.h"

// Fills in llama2.c's frequencies; once.
void rotary_frequencies(struct transformer *transformer);

// Fills in the cosines and sines of `count` positions from `position` on.
void rotary_prepare(struct transformer *transformer, uint32_t position, uint32_t count);

// Turns `heads` heads, one behind the other, of position `index` of the batch.
void rotary_turn(const struct transformer *transformer, float *vector, uint32_t heads, uint32_t index,
                 bool is_local);

#endif

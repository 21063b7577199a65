// Attention over the positions so far.
#ifndef ZOSIA_ATTENTION_H
#define ZOSIA_ATTENTION_H

#include "engine/transformer/transformer.h"

// Puts the keys and values of a batch of `count` positions, from `position` on, into a layer's cache.
void attention_keep(struct transformer *transformer, uint32_t layer, uint32_t position, uint32_t count);

// From the batch's queries to what they attend to: `attended`.
void attention(struct transformer *transformer, uint32_t layer, uint32_t position, uint32_t count);

#endif

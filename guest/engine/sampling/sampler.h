// Choosing the next token as llama2.c does (run.c): the same logits and the same state of the generator
// give the same token.
#ifndef ZOSIA_SAMPLER_H
#define ZOSIA_SAMPLER_H

#include "engine/base/arena.h"
#include "engine/sampling/candidates.h"

struct sampler {
    uint64_t state; // of xorshift*; never 0
    uint32_t vocabulary;
    struct candidate *candidates; // vocabulary
};

void sampler_set_up(struct sampler *sampler, uint32_t vocabulary, struct arena *arena);

// The generator's next number, from 0 up to 1.
float sampler_coin(struct sampler *sampler);

uint32_t sampler_argmax(const float *logits, uint32_t vocabulary);

// Temperature 0 takes the likeliest token and leaves the generator alone. With `top_p` between 0 and 1
// only the likeliest tokens that together exceed it are considered. Overwrites the logits.
uint32_t sampler_choose(struct sampler *sampler, float *logits, float temperature, float top_p);

#endif

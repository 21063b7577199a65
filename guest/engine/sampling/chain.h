// Choosing the next token as llama.cpp does (common/sampling.cpp): repeated tokens are made less likely, then
// the likeliest are kept by their number, their sum and their distance from the likeliest, then one of them is
// drawn.
#ifndef ZOSIA_CHAIN_H
#define ZOSIA_CHAIN_H

#include <stddef.h>

#include "engine/sampling/sampler.h"

struct chain {
    float temperature; // 0 takes the likeliest
    float top_p; // 1 and above keep all
    float min_p; // 0 keeps all
    uint32_t top_k; // 0 keeps all
    float repeat_penalty; // 1 leaves all as they are
};

// Changes the logits. `recent` are the tokens that the penalty is for. Logits that are no number are never
// chosen while there are others.
uint32_t chain_choose(struct sampler *sampler, float *logits, const struct chain *chain,
                      const uint32_t *recent, size_t recent_count);

#endif

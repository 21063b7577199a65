#include "engine/sampling/from_settings.h"

struct chain chain_of_settings(const struct settings *settings) {
    return (struct chain){
        .temperature = settings->temperature,
        // For whoever sets it, 0 considers all tokens, as in run.c; in the chain it would leave one.
        .top_p = settings->top_p > 0 ? settings->top_p : 1,
        .min_p = settings->min_p,
        .top_k = settings->top_k,
        .repeat_penalty = settings->repeat_penalty,
    };
}

// What tells the architectures of models apart that this machine computes (llama.cpp, src/models).
#ifndef ZOSIA_ARCHITECTURES_H
#define ZOSIA_ARCHITECTURES_H

#include <stdbool.h>

#include "engine/gguf/gguf.h"
#include "engine/model/model.h"

struct architecture {
    const char *name;
    enum rope_pairs rope_pairs;
    enum activation activation;
    bool has_rope_factors; // one tensor rope_freqs.weight
    bool has_long_rope_factors; // one for long contexts, one for short ones
    bool has_head_norms; // of queries and keys
    bool has_outer_norms; // behind attention and feed-forward, too
    bool has_fused_gate; // feed-forward's gate and up are one matrix
    bool turns_part; // rope.dimension_count may be less than a head
    bool scales_query;
    bool scales_embedding; // by the root of its length
    bool has_window; // some layers attend to the last positions alone
};

// NULL for one that is not known.
const struct architecture *architecture_named(struct gguf_string name);

// The names of all of them, for failures.
extern const char *const architecture_names;

#endif

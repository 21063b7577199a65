#include "engine/model/architectures.h"

static const struct architecture architectures[] = {
    {.name = "llama", .rope_pairs = ROPE_NEIGHBOURS, .has_rope_factors = true},
    {.name = "qwen2", .rope_pairs = ROPE_HALVES},
    {.name = "qwen3", .rope_pairs = ROPE_HALVES, .has_head_norms = true},
    {.name = "phi3",
     .rope_pairs = ROPE_HALVES,
     .has_long_rope_factors = true,
     .has_fused_gate = true,
     .turns_part = true,
     .scales_query = true},
    {.name = "gemma3",
     .rope_pairs = ROPE_HALVES,
     .activation = ACTIVATION_GELU,
     .has_head_norms = true,
     .has_outer_norms = true,
     .scales_query = true,
     .scales_embedding = true,
     .has_window = true},
};

const char *const architecture_names = "llama, qwen2, qwen3, phi3 and gemma3";

const struct architecture *architecture_named(struct gguf_string name) {
    for (unsigned i = 0; i < sizeof architectures / sizeof architectures[0]; i++) {
        if (gguf_string_equals(name, architectures[i].name)) return &architectures[i];
    }
    return NULL;
}

// The numbers that a GGUF's metadata has of a model (GGUF specification, "LLM"), by the names that
// llama.cpp reads.
#ifndef ZOSIA_HYPERPARAMETERS_H
#define ZOSIA_HYPERPARAMETERS_H

#include "engine/gguf/gguf.h"
#include "engine/model/model.h"

// A key without the name of the architecture that it begins with. These leave `out` alone if it is missing.
bool hyperparameter_uint(const struct gguf *gguf, const char *key, uint64_t *out);
bool hyperparameter_float(const struct gguf *gguf, const char *key, float *out);

// Whether a layer attends to the last positions alone.
bool hyperparameters_layer_is_local(const struct gguf *gguf, const struct model *model, uint32_t layer);

#endif

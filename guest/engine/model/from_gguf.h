// A model as a GGUF has it.
#ifndef ZOSIA_FROM_GGUF_H
#define ZOSIA_FROM_GGUF_H

#include "engine/model/model.h"
#include "engine/model/tensor_table.h"
#include "engine/model/weights.h"

// The files of a model: one, or the parts of a split one, in order. The first has all metadata.
struct gguf_files {
    uint32_t count;
    const struct gguf *files;
    uint64_t data_bytes[MODEL_PARTS_MAX]; // behind the header of each
};

// Fills the model in, but for its weights while `weights` is NULL: it is checked all the same. `context` is
// the number of positions that it will be run with, on which some models' rope depends. Of an arena that only
// measures, nothing is checked but the shape.
bool model_from_gguf(struct model *model, struct tensor_table *table, const struct gguf_files *files,
                     const struct weights *weights, uint32_t context, struct arena *arena,
                     struct failure *failure);

// The shape alone.
bool model_shape_of_gguf(struct model *model, const struct gguf *gguf, struct failure *failure);

#endif

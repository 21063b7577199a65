// The checkpoints of llama2.c (run.c, runq.c, export.py): a header, then the weights as one run of
// tensors. Legacy and version 1 hold float32; version 2 holds matrices as int8 in groups that share a
// float32 scale each (Q8_0). Everything is little-endian, as both architectures are.
#ifndef ZOSIA_CHECKPOINT_H
#define ZOSIA_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/failure.h"
#include "engine/model/model.h"

// As much of a file's start as checkpoint_read_header wants to see, if the file has that much.
enum { CHECKPOINT_HEAD_BYTES = 256 };

struct checkpoint {
    struct shape shape;
    unsigned version; // 0 is the legacy format
    uint32_t group_size; // values that share a scale; 0 for float32
    bool shared_classifier;
    uint64_t weights_offset; // in the file
    uint64_t weights_bytes;
};

// Reads the header and works out how long the file has to be; `file_bytes` must be exactly that. `head`
// is the start of the file, CHECKPOINT_HEAD_BYTES of it or all of a shorter file.
bool checkpoint_read_header(struct checkpoint *checkpoint, const uint8_t *head, uint64_t file_bytes,
                            struct failure *failure);

// Makes a model of it. `weights` holds weights_bytes from weights_offset of the file on; while the arena only
// measures, or `weights` is NULL, nothing of the model points anywhere.
void checkpoint_to_model(const struct checkpoint *checkpoint, const uint8_t *weights, struct model *model,
                         struct arena *arena);

#endif

// The checkpoints of llama2.c (run.c, runq.c, export.py): a header, then the weights as one run of
// tensors. Legacy and version 1 hold float32; version 2 holds matrices as int8 in groups that share a
// float32 scale each (Q8_0). Everything is little-endian, as both architectures are.
#ifndef ZOSIA_CHECKPOINT_H
#define ZOSIA_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

// As much of a file's start as checkpoint_read_header wants to see, if the file has that much.
enum { CHECKPOINT_HEAD_BYTES = 256 };

struct shape {
    uint32_t dim;
    uint32_t hidden_dim;
    uint32_t layers;
    uint32_t heads;
    uint32_t kv_heads;
    uint32_t vocabulary;
    uint32_t context; // positions
    // Derived.
    uint32_t head_dim;
    uint32_t kv_dim;
};

// A matrix of float32, or of int8 with scales; the other form's members are NULL. Row by row.
struct matrix {
    const float *floats;
    const int8_t *bytes;
    const float *scales; // of the groups of `bytes`, row by row; need not be aligned
    size_t rows;
    size_t columns;
};

// The matrices of one kind, a block's after another's.
struct matrix_stack {
    const uint8_t *first;
    uint64_t matrix_bytes;
    uint32_t rows;
    uint32_t columns;
};

struct checkpoint {
    struct shape shape;
    unsigned version; // 0 is the legacy format
    uint32_t group_size; // values that share a scale; 0 for float32
    bool shared_classifier;
    uint64_t weights_offset; // in the file
    uint64_t weights_bytes;

    // Known once checkpoint_map has been told where the weights are.
    const float *attention_norm; // layers × dim
    const float *ffn_norm; // layers × dim
    const float *final_norm; // dim
    struct matrix_stack embedding; // one matrix: a row for each token
    struct matrix_stack wq, wk, wv, wo, w1, w2, w3;
    struct matrix_stack classifier; // one matrix; the embedding's if that is shared
};

// Reads the header and works out how long the file has to be; `file_bytes` must be exactly that. `head`
// is the start of the file, CHECKPOINT_HEAD_BYTES of it or all of a shorter file.
bool checkpoint_read_header(struct checkpoint *checkpoint, const uint8_t *head, uint64_t file_bytes,
                            struct failure *failure);

// `weights` holds weights_bytes from weights_offset of the file on.
void checkpoint_map(struct checkpoint *checkpoint, const uint8_t *weights);

struct matrix checkpoint_matrix(const struct checkpoint *checkpoint, const struct matrix_stack *stack,
                                uint32_t index);

#endif
